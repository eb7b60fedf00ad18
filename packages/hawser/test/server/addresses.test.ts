import process from 'node:process'
import { connect, type Connection, createClient, createPool, type Endpoint, lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { createSecure } from './support/secure.js'
import { make, rejection } from './support/serving.js'

forbidStrayErrors()

/** A folder of the test's own; one inside it is the current folder until the test ends. */
function enterFolder(): string {
  const before = process.cwd()
  const folder = createFolder({ 'inner/kept': '' })
  process.chdir(`${folder}/inner`)
  onTestFinished(() => process.chdir(before))
  return folder
}

const framed = { framing: lines() }

async function firstLine(client: Connection<string, string>): Promise<string | undefined> {
  for await (const line of client) return line
  return undefined
}

describe('what server.address() returns is connected to', () => {
  it.each<[string, (folder: string) => Endpoint]>([
    ['a number', () => 0],
    ['a port in text', () => '0'],
    ['every address', () => 'tcp://*:0'],
    ['every IPv4 address', () => '0.0.0.0:0'],
    ['every IPv6 address', () => 'tcp://[::]:0'],
    ['every address, for IPv6 only', () => ({ port: 0, ipv6Only: true })],
    ['an IPv4 address', () => 'tcp://127.0.0.2:0'],
    ['an IPv6 address', () => ({ host: '::1', port: 0 })],
    ['a host name', () => 'localhost:0'],
    ['a Unix socket', (folder) => `unix:${folder}/app.sock`],
    ['a Unix socket with a mode', (folder) => `unix:${folder}/app.sock?mode=600`],
    ['a path', (folder) => `${folder}/app.sock`],
    ['a path with a question mark', (folder) => `${folder}/what?.sock`],
    ['a path that looks like settings', (folder) => ({ path: `${folder}/a?mode=660` })],
    ['a relative path', () => 'unix:app.sock'],
    ['a relative path in a folder above', () => 'unix:../app.sock'],
    ['a relative path that looks like a port', () => 'unix:18799'],
    ['a relative path that looks like a name and a port', () => ({ path: 'localhost:1' })],
    ['a relative path with a question mark', () => ({ path: 'what?mode=660' })],
    ['a relative path that looks like a scheme', () => ({ path: 'fd:3' })],
  ])('of a server on %s', async (_what, endpoint) => {
    const folder = enterFolder()
    const server = make(framed, (connection) => connection.send('hello'))
    await server.listen(endpoint(folder))
    await using client = await connect(server.address(), framed)
    expect(await firstLine(client)).toBe('hello')
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receives('hello\n')
  })

  it('by a client, by a pool, and by a list of all addresses', async () => {
    const server = make(framed, { message: (connection, line) => connection.send(line) })
    await server.listen(['tcp://127.0.0.1:0', `unix:${createFolder()}/app.sock`])
    await using client = createClient<string, string>(server.address(), framed)
    expect(await client.request('client')).toBe('client')
    await using pool = createPool<string, string>(server.address(), framed)
    using lease = await pool.acquire()
    expect(await lease.request('pool')).toBe('pool')
    await using connection = await connect(server.addresses(), framed)
    expect(connection.remotePort).toBe(client.connection?.remotePort)
  })

  it('under TLS, with the option tls', async () => {
    const { ca, tls } = await createSecure()
    const server = make({ ...framed, tls }, (connection) => connection.send('hello'))
    await server.listen('tls://0.0.0.0:0')
    await using client = await connect(server.address(), { ...framed, tls: { ca } })
    expect(await firstLine(client)).toBe('hello')
  })

  it('not while the server does not listen, and the error says so', async () => {
    const server = make()
    const address = server.address()
    const wrong = { code: 'HAWSER_INVALID_ENDPOINT', message: expect.stringMatching(/not listen/) }
    expect(await rejection(connect(address))).toMatchObject(wrong)
    expect(() => createClient(address)).toThrow(expect.objectContaining(wrong))
    expect(() => createPool(address)).toThrow(expect.objectContaining(wrong))
  })
})

describe('a path alone with settings behind it', () => {
  it.each(['/p?mode=660', './p?group=web'])('is not listened on: %s', async (path) => {
    const error = await rejection(make().listen(path))
    expect(error).toMatchObject({
      code: 'HAWSER_INVALID_ENDPOINT',
      message: expect.stringMatching(/put unix: in front of it/),
    })
  })
})
