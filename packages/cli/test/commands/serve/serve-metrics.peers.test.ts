import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import parse from 'parse-prometheus-text-format'
import { describe, expect } from 'vitest'
import { itPeer } from '../../../../../test/support/peers.js'
import { occupy, serveMetrics } from '../../support/serving-metrics.js'

const run = promisify(execFile)

/** What curl gets: the status and the page. */
async function get(curl: string, url: string, ...words: string[]): Promise<[string, string]> {
  const { stdout } = await run(curl, ['-sS', '-w', '%{http_code}', ...words, url])
  return [stdout.slice(-3), stdout.slice(0, -3)]
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
})
