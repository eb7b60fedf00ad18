import net from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'
import { occupy, serveMetrics } from '../../support/serving-metrics.js'

/** What a scraper gets: the status and the page. */
async function get(url: string, options?: RequestInit): Promise<[number, string]> {
  const response = await fetch(url, options)
  return [response.status, await response.text()]
}

describe('hawser serve --metrics', () => {
  it('is healthy and ready, and is not ready while it drains', async () => {
    const { server, port, base } = await serveMetrics()
    expect(await get(`${base}/healthz`)).toEqual([200, 'ok\n'])
    expect(await get(`${base}/readyz`)).toEqual([200, 'ready\n'])
    await occupy(server, port)
    server.kill('SIGTERM')
    await server.prints(/draining 1 connection/)
    expect(await get(`${base}/healthz`)).toEqual([200, 'ok\n'])
    expect(await get(`${base}/readyz`)).toEqual([503, 'draining\n'])
    const [, page] = await get(`${base}/metrics`)
    expect(page).toContain('\nhawser_accepting 0\n')
  })

  it('answers nothing else', async () => {
    const { base } = await serveMetrics()
    expect(await get(`${base}/`)).toEqual([404, 'there are /metrics, /healthz and /readyz\n'])
    const posted = { method: 'POST', body: 'x' }
    expect(await get(`${base}/metrics`, posted)).toEqual([405, 'use GET or HEAD\n'])
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
      const { code, stderr } = await runRefused(['serve', '0', '--metrics', endpoint])
      expect(stderr).toMatch(/^hawser: .+\n$/)
      expect(code).toBe(2)
    },
  )
})
