import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import tls from 'node:tls'
import { connect, type Connection, createServer, raw, type Server } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtEnd, nextConnection, portOf } from '../server/support/serving.js'
import { identities, siteTls } from './support/identities.js'
import { dialRaw } from './support/raw.js'

const megabyte = 1024 * 1024

/** Both ends of one TLS connection of bytes. */
async function openPair(
  fastRead: boolean,
  allowHalfOpen = false,
): Promise<{ near: Connection; far: Connection; server: Server }> {
  const { ca } = await identities
  const server = createServer({ framing: raw(), tls: await siteTls(), fastRead, allowHalfOpen })
  closeAtEnd(server)
  const accepted = nextConnection(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const endpoint = `tls://127.0.0.1:${portOf(server)}`
  const near = await connect(endpoint, { framing: raw(), tls: { ca }, fastRead, allowHalfOpen })
  onTestFinished(async () => {
    near.reset()
    await near.closed
  })
  return { near, far: await accepted, server }
}

async function readAll(connection: Connection): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of connection) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Bytes that differ from place to place. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(at, at)
  return bytes
}

describe.each([
  ['accepted into the static buffer', true],
  ['accepted by the data event', false],
] as const)('a TLS connection %s', (_way, fastRead) => {
  it('carries 20 MB to a slow reader, unchanged and in bounded memory', async () => {
    const { near, far } = await openPair(fastRead)
    const sent = pattern(20 * megabyte)
    const sending = (async () => {
      for (let at = 0; at < sent.length; at += 64 * 1024) {
        await near.send(sent.subarray(at, at + 64 * 1024))
      }
      await near.end()
    })()
    // Nobody takes anything: the sender has to stand still, with little in anybody's hands.
    let before = -1
    while (near.bytesWritten !== before) {
      before = near.bytesWritten
      for (let turn = 0; turn < 200; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    expect(near.bytesWritten).toBeLessThan(16 * megabyte)
    expect(far.bytesRead).toBeLessThan(4 * megabyte)
    const received = await readAll(far)
    await sending
    expect(received.equals(sent)).toBe(true)
    await far.closed
    expect((await near.closed).unsent).toBe(0)
  })

  it('ends one direction and goes on with the other, from either side', async () => {
    for (const first of ['near', 'far'] as const) {
      const pair = await openPair(fastRead, true)
      const [ending, going] = first === 'near' ? [pair.near, pair.far] : [pair.far, pair.near]
      const answer = readAll(ending)
      await ending.send('question')
      await ending.end()
      expect((await readAll(going)).toString()).toBe('question')
      await going.send('answer after the end')
      await going.end()
      expect((await answer).toString()).toBe('answer after the end')
      expect(await ending.closed).toMatchObject({ reason: 'ended', unsent: 0 })
      expect(await going.closed).toMatchObject({ reason: 'ended', unsent: 0 })
    }
  })

  it('shows a reset to the other side as a reset, from either side', async () => {
    for (const first of ['near', 'far'] as const) {
      const pair = await openPair(fastRead)
      const [resetting, other] = first === 'near' ? [pair.near, pair.far] : [pair.far, pair.near]
      await resetting.send('half')
      const thrown = readAll(other).catch((error: unknown) => error)
      resetting.reset()
      expect(await thrown).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
      expect(await other.closed).toMatchObject({ by: 'remote', reason: 'reset' })
      expect(await resetting.closed).toMatchObject({ by: 'local', reason: 'reset' })
    }
  })

  it('sends many small messages and large ones in order', async () => {
    const { near, far } = await openPair(fastRead)
    const received = readAll(far)
    const parts: Buffer[] = []
    for (let index = 0; index < 500; index += 1) {
      parts.push(Buffer.from(`${index};`.repeat(index % 7 === 0 ? 5_000 : 1)))
    }
    for (const part of parts) void near.send(part)
    await near.end()
    expect((await received).equals(Buffer.concat(parts))).toBe(true)
  })

  it('drains: what was sent is taken, and the connection ends', async () => {
    const { near, far, server } = await openPair(fastRead)
    await far.send(pattern(megabyte))
    const received = readAll(near)
    const closed = server.close({ drain: 10_000 })
    expect((await received).equals(pattern(megabyte))).toBe(true)
    expect(await closed).toEqual({ drained: 1, forced: 0 })
  })
})

it('the replies to all full records of one read leave in one write', async () => {
  const { ca } = await identities
  const server = createServer(
    { framing: raw(), tls: await siteTls() },
    { message: (own, bytes) => void own.send(bytes.subarray(0, 1)) },
  )
  closeAtEnd(server)
  const accepted = nextConnection(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const near = await connect(`tls://127.0.0.1:${portOf(server)}`, { framing: raw(), tls: { ca } })
  onTestFinished(() => near.reset())
  const far = await accepted
  const writes: number[] = []
  const note = (payload: unknown): void => {
    const { connection, bytes } = payload as { connection: unknown; bytes: Uint8Array }
    if (connection === far) writes.push(bytes.length)
  }
  diagnostics.subscribe('hawser:connection:bytes-out', note)
  onTestFinished(() => void diagnostics.unsubscribe('hawser:connection:bytes-out', note))
  // Three records (RFC 8446 section 5.1), which one read takes.
  await near.send(pattern(3 * 16 * 1024))
  let received = 0
  for await (const bytes of near) {
    received += bytes.length
    if (received === 3) break
  }
  expect(writes).toEqual([3])
})

describe('what goes wrong under TLS after the handshake', () => {
  it('bytes that are no record end the connection, with TLS named', async () => {
    const { ca } = await identities
    const server = createServer({ tls: await siteTls() })
    closeAtEnd(server)
    const accepted = nextConnection(server)
    await server.listen({ host: '127.0.0.1', port: 0 })
    const socket = await dialRaw(portOf(server))
    const client = tls.connect({ socket, ca, servername: 'localhost' })
    client.on('error', () => {})
    await once(client, 'secureConnect')
    const connection = await accepted
    // Beneath TLS, as somebody in between would.
    socket.write('this is no record of TLS at all')
    const { error, reason } = await connection.closed
    expect(reason).toBe('connection-failed')
    expect(error).toMatchObject({
      code: 'HAWSER_CONNECTION_FAILED',
      message: expect.stringMatching(/^TLS ended the connection: what came was no TLS/) as string,
    })
    expect(server.info().connections).toBe(0)
  })
})
