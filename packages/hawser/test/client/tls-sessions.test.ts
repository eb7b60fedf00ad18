import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { connect, createTlsSessions, lines, type TlsClientOptions, type TlsSession } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { rejection } from '../server/support/serving.js'
import { serveSecurely } from './support/secure-server.js'

forbidStrayErrors()

/** Connects, hears the server out, and tells what was agreed on. */
async function visit(endpoint: string, options: TlsClientOptions): Promise<TlsSession | undefined> {
  const client = await connect(endpoint, { framing: lines(), tls: options, family: 4 })
  for await (const line of client) expect(line).toBe('hello')
  await client.close()
  return client.tls
}

describe('TLS sessions that connections share', () => {
  it('are taken up again, and again', async () => {
    const { endpoint, authority } = await serveSecurely()
    const sessions = createTlsSessions()
    const options = { ca: authority.cert, sessions }
    const before = await visit(endpoint, options)
    expect(before).toMatchObject({ resumed: false, authorized: true })
    expect(sessions.size).toBe(1)
    for (let times = 0; times < 2; times += 1) {
      expect(await visit(endpoint, options)).toMatchObject({ resumed: true, authorized: true })
    }
    sessions.clear()
    expect(sessions.size).toBe(0)
    expect(await visit(endpoint, options)).toMatchObject({ resumed: false })
  })

  it('are taken up again where the server speaks TLS 1.2 at best', async () => {
    const { authority, identity } = await serveSecurely()
    const server = tls.createServer({ ...identity, maxVersion: 'TLSv1.2' }, (socket) => {
      socket.end('hello\n')
    })
    onTestFinished(() => void server.close())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const endpoint = `tls://localhost:${(server.address() as AddressInfo).port}`
    const options = { ca: authority.cert, sessions: createTlsSessions() }
    const session = await visit(endpoint, options)
    expect(session).toMatchObject({ protocol: 'TLSv1.2', resumed: false })
    expect(await visit(endpoint, options)).toMatchObject({ resumed: true, authorized: true })
  })

  it.each([
    ['is taken up again', 300, 1],
    ['is too large to be kept', 1_000, 0],
  ])('of a server whose certificate has many names: %s (%i)', async (_, count, kept) => {
    const authority = await createAuthority('an authority')
    const others = Array.from({ length: count }, (_name, each) => `n${each}.example`)
    const identity = await authority.issue({ name: 'a', names: ['localhost', ...others] })
    const { endpoint } = await serveSecurely({ tls: identity })
    const options = { ca: authority.cert, sessions: createTlsSessions() }
    await visit(endpoint, options)
    expect(options.sessions.size).toBe(kept)
    expect(await visit(endpoint, options)).toMatchObject({ resumed: kept === 1 })
  })

  it('are not shared by those that pass none', async () => {
    const { endpoint, authority } = await serveSecurely()
    const options = { ca: authority.cert }
    await visit(endpoint, options)
    expect(await visit(endpoint, options)).toMatchObject({ resumed: false })
  })

  it('are a full handshake where the server has forgotten them', async () => {
    const { server, endpoint, authority, identity } = await serveSecurely()
    const options = { ca: authority.cert, sessions: createTlsSessions() }
    await visit(endpoint, options)
    server.setTls({ ...identity })
    expect(await visit(endpoint, options)).toMatchObject({ resumed: false, authorized: true })
  })
})

describe('a TLS session', () => {
  it('that nobody vouched for is not taken up by who asks for it', async () => {
    const { endpoint } = await serveSecurely()
    const sessions = createTlsSessions()
    await visit(endpoint, { insecure: true, sessions })
    const error = await rejection(visit(endpoint, { sessions }))
    expect(error).toMatchObject({ code: 'HAWSER_TLS_CERTIFICATE_INVALID' })
    expect(await visit(endpoint, { insecure: true, sessions })).toMatchObject({
      resumed: true,
      authorized: false,
    })
  })

  it('of one name is not taken up for another, though it is the same server', async () => {
    const { endpoint, authority } = await serveSecurely()
    const sessions = createTlsSessions()
    const options = { ca: authority.cert, sessions }
    await visit(endpoint, { ...options, insecure: true, servername: 'elsewhere.example' })
    const error = await rejection(visit(endpoint, { ...options, servername: 'elsewhere.example' }))
    expect(error).toMatchObject({ code: 'HAWSER_TLS_CERTIFICATE_INVALID' })
    expect(await visit(endpoint, options)).toMatchObject({ resumed: false })
  })

  it('under one authority is not taken up under another', async () => {
    const { endpoint, authority } = await serveSecurely()
    const sessions = createTlsSessions()
    await visit(endpoint, { ca: authority.cert, sessions })
    const other = await createAuthority('another authority')
    const error = await rejection(visit(endpoint, { ca: other.cert, sessions }))
    expect(error).toMatchObject({ code: 'HAWSER_TLS_CERTIFICATE_INVALID' })
    const both = await visit(endpoint, { ca: [authority.cert, other.cert], sessions })
    expect(both).toMatchObject({ resumed: false })
  })

  it('of a key that is not pinned is not kept', async () => {
    const { endpoint, authority } = await serveSecurely()
    const sessions = createTlsSessions()
    const pins = [Buffer.alloc(32).toString('base64')]
    await rejection(visit(endpoint, { ca: authority.cert, sessions, pins }))
    expect(sessions.size).toBe(0)
  })

  it('is taken up under the same pins, and not under others', async () => {
    const { endpoint, authority } = await serveSecurely()
    const options = { ca: authority.cert, sessions: createTlsSessions() }
    const wrong = [Buffer.alloc(32).toString('base64')]
    const error = await rejection(visit(endpoint, { ...options, pins: wrong }))
    const [, pin = ''] = /public key is (\S+),/.exec((error as Error).message) ?? []
    await visit(endpoint, { ...options, pins: [pin] })
    expect(await visit(endpoint, { ...options, pins: [pin] })).toMatchObject({ resumed: true })
    const both = [pin, ...wrong]
    expect(await visit(endpoint, { ...options, pins: both })).toMatchObject({ resumed: false })
  })

  it('goes when there is no more room, the longest unused first', async () => {
    const [a, b, c] = await Promise.all([serveSecurely(), serveSecurely(), serveSecurely()])
    const sessions = createTlsSessions({ maxSessions: 2 })
    const resumes = async ({ endpoint, authority }: typeof a): Promise<boolean | undefined> =>
      (await visit(endpoint, { ca: authority.cert, sessions }))?.resumed
    expect(await resumes(a)).toBe(false)
    expect(await resumes(b)).toBe(false)
    expect(await resumes(a)).toBe(true)
    expect(await resumes(c)).toBe(false)
    expect(sessions.size).toBe(2)
    expect(await resumes(a)).toBe(true)
    expect(await resumes(b)).toBe(false)
  })
})

describe('sessions that cannot be used', () => {
  it.each([0, -1, Number.NaN])('are named: maxSessions %d', (maxSessions) => {
    expect(() => createTlsSessions({ maxSessions })).toThrow(/^maxSessions is /)
  })

  it('are named: what somebody else made', async () => {
    const sessions = { size: 0, clear: () => undefined }
    const error = await rejection(connect('tls://127.0.0.1:1', { tls: { sessions } }))
    expect(error).toMatchObject({ code: 'HAWSER_INVALID_OPTION' })
  })
})
