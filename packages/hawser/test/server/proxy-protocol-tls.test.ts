import { connect as dial, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { connect, type Connection, lines, type Refusal, type Server } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeHeader } from '../../src/proxy-protocol/header-encoder.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { createSecure } from './support/secure.js'
import { make, portOf, readWays } from './support/serving.js'

forbidStrayErrors()

const proxyProtocol = { mode: 'require', trusted: ['127.0.0.1'] } as const
const source = { address: '203.0.113.7', family: 'IPv4', port: 4711 }
const destination = { address: '198.51.100.1', family: 'IPv4', port: 443 }
const header = encodeHeader({ version: 2, command: 'proxy', source, destination, tlvs: {} })

/** A socket that sends `first` together with whatever is written first, `size` bytes at a time. */
function prefixed(socket: Socket, first: Uint8Array, size: number): Duplex {
  let before: Uint8Array | undefined = first
  const duplex = new Duplex({
    read: () => socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      const bytes = before === undefined ? chunk : Buffer.concat([before, chunk])
      before = undefined
      void send(socket, bytes, size).then(() => done(), done)
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (bytes) => duplex.push(bytes)).on('end', () => duplex.push(null))
  socket.on('error', (error) => duplex.destroy(error))
  return duplex
}

async function send(socket: Socket, bytes: Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes.subarray(at, at + size), (error) => (error ? reject(error) : resolve()))
    })
  }
}

describe.each(readWays)('TLS behind a header, %s', (_name, fastRead) => {
  async function behind(options = {}): Promise<{
    server: Server<string, string>
    accepted: Connection<string, string>[]
    drops: Refusal[]
    ca: string
  }> {
    const { tls: identity, ca } = await createSecure()
    const accepted: Connection<string, string>[] = []
    const drops: Refusal[] = []
    const server = make(
      { framing: lines(), tls: identity, proxyProtocol, fastRead, ...options },
      {
        open: (connection: Connection<string, string>) => void accepted.push(connection),
        message: (connection: Connection<string, string>, line: string) => {
          void connection.send(line.toUpperCase())
        },
      },
    )
    await server.listen('tls://127.0.0.1:0')
    server.on('drop', (refusal) => drops.push(refusal))
    return { server, accepted, drops, ca }
  }

  it.each([
    ['in one segment with the ClientHello', 100_000],
    ['a byte at a time', 1],
    ['in two pieces', header.length + 1],
  ])('is established when that comes %s', async (_, size) => {
    const { server, accepted, ca } = await behind()
    const raw = dial(portOf(server), '127.0.0.1')
    const socket = prefixed(raw.setNoDelay(), header, size)
    const client = tls.connect({ socket, ca, host: '127.0.0.1', servername: '' })
    onTestFinished(() => void client.destroy())
    client.write('hello\n')
    const answer = await new Promise<Buffer>((resolve, reject) => {
      client.once('data', resolve).once('error', reject)
    })
    expect(String(answer)).toBe('HELLO\n')
    expect(accepted[0]).toMatchObject({
      remote: source,
      local: destination,
      peer: { address: '127.0.0.1' },
      tls: { protocol: 'TLSv1.3' },
    })
  })

  it('is what our own client begins behind the header it sends', async () => {
    const { server, accepted, ca } = await behind()
    const client = await connect(`tls://127.0.0.1:${portOf(server)}`, {
      framing: lines(),
      fastRead,
      tls: { ca },
      proxyProtocol: { version: 1, source, destination },
    })
    onTestFinished(() => client.reset())
    await client.send('hello')
    for await (const line of client) {
      expect(line).toBe('HELLO')
      break
    }
    expect(accepted[0]).toMatchObject({ remote: source, proxyHeader: { version: 1 } })
  })

  it('is not begun with a client that is denied', async () => {
    const { server, drops } = await behind({ deny: ['203.0.113.7'] })
    const peer = await ScriptedPeer.connect(server.address())
    onTestFinished(() => peer.reset())
    await peer.send(header)
    await peer.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'denied', remoteAddress: '203.0.113.7' }])
  })

  it('fails by the name of the client, and counts for it until then', async () => {
    const clock = new VirtualClock()
    const { server, drops } = await behind({ clock, maxPerAddress: 1 })
    const stalled = await ScriptedPeer.connect(server.address())
    onTestFinished(() => stalled.reset())
    await stalled.send(header)
    await until(() => clock.pending === 1)
    const second = await ScriptedPeer.connect(server.address())
    onTestFinished(() => second.reset())
    await second.send(header)
    await second.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'per-address', remoteAddress: '203.0.113.7' }])
    await clock.advance(5_000)
    await until(() => drops.length === 2)
    expect(drops[1]).toMatchObject({
      reason: 'tls-handshake-timeout',
      remoteAddress: '203.0.113.7',
      error: { remote: source },
    })
  })

  it.each(['', 'PRO'])('cannot begin where none has to, and %j is all that came', async (text) => {
    const { server, drops } = await behind({
      proxyProtocol: { ...proxyProtocol, mode: 'optional' },
      clock: new VirtualClock(),
    })
    const brief = await ScriptedPeer.connect(server.address())
    onTestFinished(() => brief.reset())
    await brief.send(text)
    brief.end()
    await brief.receivesEnd()
    const { vanished } = server.info()
    expect([vanished, drops.map(({ reason }) => reason)]).toEqual(
      text === '' ? [1, []] : [0, ['tls-handshake-failed']],
    )
  })

  it('is not waited for when the proxy only looked, and is when it ended halfway', async () => {
    const { server, drops } = await behind()
    const look = await ScriptedPeer.connect(server.address())
    onTestFinished(() => look.reset())
    await look.send(header)
    look.end()
    await until(() => server.info().vanished === 1)
    const half = await ScriptedPeer.connect(server.address())
    onTestFinished(() => half.reset())
    await half.send(Buffer.concat([header, Buffer.from([0x16, 0x03, 0x01])]))
    half.end()
    await until(() => drops.length === 1)
    expect(drops).toMatchObject([{ reason: 'tls-handshake-failed', remoteAddress: '203.0.113.7' }])
  })
})

it('TLS that begins later begins on a connection through a proxy, too', async () => {
  const { tls: identity, ca } = await createSecure()
  const server = make(
    { framing: lines(), tls: identity, proxyProtocol },
    async (connection: Connection<string, string>) => {
      for await (const line of connection) {
        if (line === 'STARTTLS') await connection.startTls({ reply: 'go' })
        else await connection.send(`${connection.remoteAddress} ${connection.tls?.protocol}`)
      }
    },
  )
  await server.listen('tcp://127.0.0.1:0')
  const client = await connect(`tcp://127.0.0.1:${portOf(server)}`, {
    framing: lines(),
    proxyProtocol: { version: 2, source, destination },
  })
  onTestFinished(() => client.reset())
  const iterator = client[Symbol.asyncIterator]()
  await client.send('STARTTLS')
  expect((await iterator.next()).value).toBe('go')
  await client.startTls({ tls: { ca, servername: '127.0.0.1' } })
  await client.send('who am I')
  expect((await iterator.next()).value).toBe('203.0.113.7 TLSv1.3')
})
