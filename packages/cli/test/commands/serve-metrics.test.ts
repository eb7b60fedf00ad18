import { execFile } from 'node:child_process'
import net from 'node:net'
import { promisify } from 'node:util'
import { connect } from 'hawser'
import parse from 'parse-prometheus-text-format'
import { describe, expect, it, onTestFinished } from 'vitest'
import { itPeer } from '../../../../test/support/peers.js'
import { Command } from '../support/command.js'

const run = promisify(execFile)

/** A server of lines with its metrics, each on a free port. */
async function serveMetrics(
  ...words: string[]
): Promise<{ server: Command; port: number; base: string }> {
  const server = Command.hawser(['serve', '0', '--metrics', '127.0.0.1:0', ...words])
  const port = await server.port()
  const [, base = ''] = await server.prints(/metrics on (http:\/\/127\.0\.0\.1:\d+)\/metrics\n/)
  return { server, port, base }
}

/** What curl gets: the status and the page. */
async function get(curl: string, url: string, ...words: string[]): Promise<[string, string]> {
  const { stdout } = await run(curl, ['-sS', '-w', '%{http_code}', ...words, url])
  return [stdout.slice(-3), stdout.slice(0, -3)]
}

/** A client in the middle of a line, so that a drain waits for it. */
async function occupy(server: Command, port: number): Promise<void> {
  const client = await connect(`127.0.0.1:${port}`)
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  await client.send('whole line\nhalf a li')
  await server.prints(/whole line/)
}

describe('hawser serve --metrics', () => {
  itPeer('curl', 'is scraped by curl, and says what reached the server', async (curl) => {
    const { server, port, base } = await serveMetrics('--echo')
    await occupy(server, port)
    const [status, page] = await get(curl, `${base}/metrics`)
    expect(status).toBe('200')
    const families = new Map(parse(page).map((family) => [family.name, family]))
    const valueOf = (name: string): unknown => families.get(name)?.metrics[0]?.value
    expect(valueOf('hawser_connections')).toBe('1')
    expect(valueOf('hawser_connections_accepted_total')).toBe('1')
    expect(valueOf('hawser_messages_read_total')).toBe('1')
    expect(valueOf('hawser_bytes_read_total')).toBe('20')
    const { stdout: headers } = await run(curl, ['-sS', '-I', `${base}/metrics`])
    expect(headers).toMatch(/^Content-Type: text\/plain; version=0\.0\.4; charset=utf-8\r$/m)
  })

  itPeer('curl', 'is healthy and ready, and is not ready while it drains', async (curl) => {
    const { server, port, base } = await serveMetrics()
    expect(await get(curl, `${base}/healthz`)).toEqual(['200', 'ok\n'])
    expect(await get(curl, `${base}/readyz`)).toEqual(['200', 'ready\n'])
    await occupy(server, port)
    server.kill('SIGTERM')
    await server.prints(/draining 1 connection/)
    expect(await get(curl, `${base}/healthz`)).toEqual(['200', 'ok\n'])
    expect(await get(curl, `${base}/readyz`)).toEqual(['503', 'draining\n'])
    const [, page] = await get(curl, `${base}/metrics`)
    expect(page).toContain('\nhawser_accepting 0\n')
  })

  itPeer('curl', 'answers nothing else', async (curl) => {
    const { base } = await serveMetrics()
    expect(await get(curl, `${base}/`)).toEqual([
      '404',
      'there are /metrics, /healthz and /readyz\n',
    ])
    expect(await get(curl, `${base}/metrics`, '-d', 'x')).toEqual(['405', 'use GET or HEAD\n'])
  })

  it('ends with the server, though a scraper keeps its connection', async () => {
    const { server, base } = await serveMetrics()
    const socket = net.connect(Number(new URL(base).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const chunk = await new Promise((resolve) => socket.once('data', resolve))
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    server.kill('SIGINT')
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
    await closed
  })

  it('says in JSON where it is', async () => {
    const server = Command.hawser(['serve', '0', '--metrics', '0', '--json', '--quiet'])
    const [line] = await server.prints(/^.*"listening".*\n/)
    const { metrics } = JSON.parse(line) as { metrics: string }
    expect(metrics).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
  })

  it('says in one line that its port is taken', async () => {
    const { base } = await serveMetrics()
    const { host } = new URL(base)
    const { code, stdout, stderr } = await Command.hawser(['serve', '0', '--metrics', host]).ended
    expect(stderr).toMatch(
      new RegExp(
        `^hawser: metrics cannot be served on tcp://${host}: another process .+--metrics\n$`,
      ),
    )
    expect([code, stdout]).toEqual([1, ''])
  })

  it.each(['unix:/tmp/metrics.sock', 'nowhere', '127.0.0.1:99999'])(
    'takes a host and a port, and not %s',
    async (endpoint) => {
      const { code, stderr } = await Command.hawser(['serve', '0', '--metrics', endpoint]).ended
      expect(stderr).toMatch(/^hawser: .+\n$/)
      expect(code).toBe(2)
    },
  )
})
