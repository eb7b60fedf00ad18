import { once } from 'node:events'
import net from 'node:net'
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream'
import tls from 'node:tls'
import { type CloseInfo, type Connection, connect, raw } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { nextConnection } from '../server/support/serving.js'
import { identities } from './support/identities.js'
import { serveTls } from './support/serving.js'

forbidStrayErrors()

type Version = 'TLSv1.2' | 'TLSv1.3'

/** What a peer does with its TLS socket and the one beneath. */
type Act = (secure: tls.TLSSocket, beneath: net.Socket) => void

/** Both leave in one turn, so that one read finds them. */
const breakOff: Act = (secure, beneath) => {
  secure.write('half an answer')
  beneath.resetAndDestroy()
}

/** Its close_notify leaves behind the bytes, and the reset behind both. */
function resetBehindGoodbye(bytes: string): Act {
  return (secure, beneath) => {
    secure.end(bytes)
    secure.once('finish', () => beneath.resetAndDestroy())
  }
}

/** A connection to a server of `node:tls` that acts once it has read something. */
async function open(version: Version, act: Act, options: object = {}): Promise<Connection> {
  const { ca, site } = await identities
  const sockets: net.Socket[] = []
  const listener = net.createServer({ allowHalfOpen: true }, (beneath) => {
    sockets.push(beneath)
    const secure = new tls.TLSSocket(beneath, { ...site, isServer: true })
    for (const socket of [beneath, secure]) socket.on('error', () => undefined)
    secure.once('data', () => act(secure, beneath))
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as net.AddressInfo
  const connection = await connect(`tls://127.0.0.1:${port}`, {
    framing: raw(),
    tls: { ca, minVersion: version, node: { maxVersion: version } },
    ...options,
  })
  onTestFinished(async () => {
    connection.reset()
    await connection.closed
  })
  return connection
}

/** Reads to the end. @returns how many bytes came, and what was thrown */
async function readAll(connection: Connection): Promise<{ size: number; thrown: unknown }> {
  let size = 0
  try {
    for await (const bytes of connection) size += bytes.length
  } catch (thrown) {
    return { size, thrown }
  }
  return { size, thrown: undefined }
}

const versions: readonly Version[] = ['TLSv1.2', 'TLSv1.3']
const reset = { by: 'remote', reason: 'reset', bytesRead: 14 } as const

describe.each(versions)('a server of %s', (version) => {
  it.each(['open', 'ended'])(
    'that resets behind half an answer did not end, our direction being %s',
    async (state) => {
      // It acts in the turn in which it reads.
      const connection = await open(version, breakOff)
      await connection.send(Buffer.from('question'))
      if (state === 'ended') await connection.end()
      const { thrown } = await readAll(connection)
      expect(thrown).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
      expect(await connection.closed).toMatchObject(reset)
    },
  )

  it('nor did it for a handler object', async () => {
    const handler = { message() {} }
    const connection = await open(version, breakOff, { handler })
    await connection.send(Buffer.from('question'))
    expect(await connection.closed).toMatchObject({
      ...reset,
      error: { code: 'HAWSER_CONNECTION_RESET' },
    })
  })

  it('nor where our own goodbye ran into the reset before anything was read', async () => {
    let ending: Promise<void> | undefined
    const connection = await open(version, (secure, beneath) => {
      breakOff(secure, beneath)
      ending = connection.end()
    })
    await connection.send(Buffer.from('question'))
    const { thrown } = await readAll(connection)
    expect(thrown).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    await ending
    expect(await connection.closed).toMatchObject(reset)
  })

  it('that said goodbye did end, whatever it resets behind that', async () => {
    const connection = await open(version, resetBehindGoodbye('all of it'))
    await connection.send(Buffer.from('question'))
    expect(await readAll(connection)).toEqual({ size: 9, thrown: undefined })
    expect(await connection.closed).toMatchObject({ reason: 'ended', bytesRead: 9 })
  })

  it('and so it did where reading had to stop before the goodbye', async () => {
    // So little that the operating systems have passed on all of it before the reset.
    const buffered = 16_384
    const before = getDefaultHighWaterMark(false)
    onTestFinished(() => setDefaultHighWaterMark(false, before))
    setDefaultHighWaterMark(false, buffered)
    for (let size = buffered; size < 3 * buffered; size += 500) {
      const act = resetBehindGoodbye('x'.repeat(size))
      const connection = await open(version, act, {
        framing: raw({ maxFrame: 1_024 }),
        inbox: 1_024,
      })
      await connection.send(Buffer.from('question'))
      while (connection.bytesRead === 0) await new Promise(setImmediate)
      expect(await readAll(connection)).toEqual({ size, thrown: undefined })
      expect(await connection.closed).toMatchObject({ reason: 'ended', bytesRead: size })
    }
  })

  it('that ends without a goodbye did end', async () => {
    const connection = await open(version, (secure, beneath) => {
      secure.write('all of it', () => beneath.end())
    })
    await connection.send(Buffer.from('question'))
    expect(await readAll(connection)).toEqual({ size: 9, thrown: undefined })
    expect(await connection.closed).toMatchObject({ reason: 'ended', bytesRead: 9 })
  })
})

describe.each(versions)('a client of %s', (version) => {
  /** @returns how a server's connection closed whose client acted */
  async function serve(act: Act): Promise<CloseInfo> {
    const { ca } = await identities
    const { server, port } = await serveTls()
    const accepted = nextConnection(server)
    const beneath = net.connect(port, '127.0.0.1')
    const client = tls.connect({
      socket: beneath,
      ca,
      servername: 'localhost',
      minVersion: version,
      maxVersion: version,
    })
    onTestFinished(() => void client.destroy())
    for (const socket of [beneath, client]) socket.on('error', () => undefined)
    client.write('hello\n')
    await once(client, 'data')
    const connection = await accepted
    act(client, beneath)
    return connection.closed
  }

  it('that resets behind half a question did not end', async () => {
    expect(await serve(breakOff)).toMatchObject({ ...reset, bytesRead: 20 })
  })

  it('that says goodbye, and has not read all when it closes, did end', async () => {
    const info = await serve((client, beneath) => {
      client.pause()
      resetBehindGoodbye('')(client, beneath)
    })
    expect(info).toMatchObject({ by: 'remote', reason: 'ended' })
  })
})
