import { createServer, raw } from 'hawser'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { createFolder } from '../../../../test/support/folders.js'
import { Command, type Outcome } from '../support/command.js'

// What acts on a terminal: it clears the screen, colours, moves, or turns the text around.
const acting = '\x1b[2J\x07\u0085\u009b31m\u202e'

/** A server that sends these bytes to a peer that says something, and ends; the port it listens on. */
async function saying(bytes: string): Promise<string> {
  const server = createServer(
    { framing: raw(), onError: () => {} },
    {
      async message(connection) {
        await connection.send(Buffer.from(bytes, 'latin1'))
        await connection.end()
      },
    },
  )
  return portOf(server, '127.0.0.1:0')
}

async function portOf(server: ReturnType<typeof createServer>, endpoint: string): Promise<string> {
  await server.listen(endpoint)
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return String(address.port)
}

/** One line, or a trace, of which nothing acts; and what was to be escaped is in it. */
function expectHarmless({ code, stdout, stderr }: Outcome, escaped: string): void {
  expect(code).not.toBe(0)
  expect(stdout).toBe('')
  expect(stderr).toContain(escaped)
  // oxlint-disable-next-line no-control-regex -- those are what must not be there
  expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
}

describe('nothing that acts on a terminal reaches it', () => {
  it('out of the name in a certificate, with HAWSER_DEBUG=1', async () => {
    const authority = await createAuthority('Test CA')
    // Without a DNS name beside it, the common name is what Node.js compares and quotes.
    const site = await authority.issue({ name: `site${acting}`, names: ['192.0.2.1'] })
    const folder = createFolder({ 'ca.pem': authority.cert })
    const port = await portOf(
      createServer({ tls: site }, () => undefined),
      'tls://127.0.0.1:0',
    )
    const words = ['connect', `tls://localhost:${port}`, '--ca', join(folder, 'ca.pem')]
    const command = Command.hawser(words, { env: { HAWSER_DEBUG: '1' }, stdin: 'ignore' })
    const outcome = await command.ended
    expectHarmless(outcome, 'site\\u001b[2J\\u0007\\u0085\\u009b31m\\u202e')
    // The trace is there as well.
    expect(outcome.stderr).toMatch(/^ +at /m)
  })

  it.each(['', '1'])('out of what an HTTP proxy replies, with HAWSER_DEBUG=%s', async (debug) => {
    const port = await saying(`HTTP/1.1 403 no\x1b[2J\x07\x85\x9b31m way\r\n\r\n`)
    const words = ['connect', 'example.test:80', '--proxy', `http://127.0.0.1:${port}`]
    const command = Command.hawser(words, { env: { HAWSER_DEBUG: debug }, stdin: 'ignore' })
    expectHarmless(await command.ended, '403')
  })

  it.each(['', '1'])('out of what is no SOCKS proxy, with HAWSER_DEBUG=%s', async (debug) => {
    const port = await saying('\x9b31m\x1b[2J\x07\x85')
    const words = ['connect', 'example.test:80', '--proxy', `socks5h://127.0.0.1:${port}`]
    const command = Command.hawser(words, { env: { HAWSER_DEBUG: debug }, stdin: 'ignore' })
    expectHarmless(await command.ended, 'x9b')
  })

  it.each(['', '1'])('out of input that is not JSON, with HAWSER_DEBUG=%s', async (debug) => {
    const port = await saying('never')
    const words = ['connect', port, '--framing', 'json']
    const command = Command.hawser(words, { env: { HAWSER_DEBUG: debug } })
    command.stdin.end(`{"a":${acting}}\n`)
    expectHarmless(await command.ended, 'is not JSON')
  })
})
