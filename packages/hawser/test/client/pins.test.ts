import { createHash, X509Certificate } from 'node:crypto'
import { connect, lines, type TlsClientOptions } from 'hawser'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { rejection } from '../server/support/serving.js'
import { serveSecurely } from './support/secure-server.js'

forbidStrayErrors()

const otherPin = `sha256//${Buffer.alloc(32, 1).toString('base64')}`

function pin(cert: string): string {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

/** The first line a server says. */
async function ask(endpoint: string, tls: TlsClientOptions): Promise<string | undefined> {
  const client = await connect(endpoint, { framing: lines(), tls, family: 4 })
  let answer: string | undefined
  for await (const line of client) answer = line
  await client.close()
  return answer
}

describe('a pinned key', () => {
  it.each(['', 'sha256//'])('is the one of the server, written with "%s" before it', async (by) => {
    const { endpoint, authority, identity } = await serveSecurely()
    const pins = [otherPin, by + pin(identity.cert)]
    expect(await ask(endpoint, { ca: authority.cert, pins })).toBe('hello')
  })

  it('that is another refuses a certificate that is vouched for, and says which key it has', async () => {
    const { endpoint, authority, identity } = await serveSecurely()
    const error = await rejection(ask(endpoint, { ca: authority.cert, pins: [otherPin] }))
    expect(error).toMatchObject({
      name: 'TlsError',
      code: 'HAWSER_TLS_CERTIFICATE_INVALID',
      op: 'handshake',
    })
    const shown = `its public key is sha256//${pin(identity.cert)}, which is not among the pins`
    expect(error).toHaveProperty('message', expect.stringContaining(shown))
  })

  it('does not make good for a certificate that nobody vouches for', async () => {
    const { endpoint, identity } = await serveSecurely()
    const error = await rejection(ask(endpoint, { pins: [pin(identity.cert)] }))
    expect(error).toMatchObject({ code: 'HAWSER_TLS_CERTIFICATE_INVALID' })
    expect(error).toHaveProperty('message', expect.not.stringContaining('public key'))
  })

  it('is all that is asked where insecure was written, and is asked then too', async () => {
    const { endpoint, identity } = await serveSecurely()
    const insecure = { insecure: true, servername: 'somebody.else' }
    expect(await ask(endpoint, { ...insecure, pins: [pin(identity.cert)] })).toBe('hello')
    const error = await rejection(ask(endpoint, { ...insecure, pins: [otherPin] }))
    expect(error).toMatchObject({ code: 'HAWSER_TLS_CERTIFICATE_INVALID' })
  })

  it.each<[string, readonly string[]]>([
    ['none', []],
    ['no base64', ['sha256//nothing']],
    ['the digest in hexadecimal', ['ab'.repeat(32)]],
    ['another digest', [`sha1//${Buffer.alloc(20).toString('base64')}`]],
    ['a byte too many', [Buffer.alloc(33).toString('base64')]],
  ])('cannot be %s', async (_name, pins) => {
    const error = await rejection(connect('tls://127.0.0.1:1', { tls: { pins } }))
    expect(error).toMatchObject({ code: 'HAWSER_INVALID_OPTION' })
    expect(error).toHaveProperty('message', expect.stringMatching(/^tls\.pins /))
  })
})
