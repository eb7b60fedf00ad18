import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { attach, connect, raw, relay } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { defer } from '../connection/support/turns.js'
import { portOf, serve } from '../server/support/serving.js'
import { identities, siteTls } from '../tls/support/identities.js'
import { upstream } from './support/relaying.js'

// A relay reads again into the memory of what it has passed on. Not all memory is its own: Node.js 26 puts
// the records of TLS side by side into pieces of 64 KiB, as large as the buffers of large reads.

const readSize = 64 * 1024

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

it('a relay never reads into memory that what it passed on shares with others', async () => {
  const slab = Buffer.alloc(readSize, 'x')
  const port = await upstream((socket) => void socket.pipe(socket))
  const listener = net.createServer({ allowHalfOpen: true })
  onTestFinished(() => void listener.close())
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const client = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(listener, 'connection')) as [net.Socket]
  const outer = await connect({ host: '127.0.0.1', port }, { framing: raw() })
  // As one that looked at the first bytes and puts them back.
  accepted.unshift(slab.subarray(0, 100))
  const inner = attach(accepted, { framing: raw() })
  const result = relay(inner, outer)
  client.end()
  await once(client.resume(), 'close')
  expect(await result).toMatchObject({ aToB: 100, bToA: 100 })
  // Large reads of others, which are kept, so that each takes another buffer.
  const kept: Uint8Array[] = []
  const server = await serve({ framing: raw() }, { message: (_, bytes) => void kept.push(bytes) })
  const sender = net.connect({ host: '127.0.0.1', port: portOf(server) })
  sender.end(randomBytes(4 * 1024 * 1024))
  await once(sender.resume(), 'close')
  expect(kept.some((bytes) => bytes.length >= readSize / 2)).toBe(true)
  expect(slab.equals(Buffer.alloc(readSize, 'x'))).toBe(true)
})

it('a relay of TLS passes on every byte, both ways at once, with large reads on its other side', async () => {
  const { ca } = await identities
  const port = await upstream((socket) => void socket.pipe(socket))
  const ended = defer<unknown>()
  const server = await serve({ tls: await siteTls() }, async (inner) => {
    ended.resolve(await relay(inner, await connect({ host: '127.0.0.1', port })))
  })
  const client = tls.connect({ host: '127.0.0.1', port: portOf(server), ca })
  const sent = randomBytes(4 * 1024 * 1024)
  const received: Buffer[] = []
  let heard = 0
  client.on('data', (bytes: Buffer) => {
    received.push(bytes)
    heard += bytes.length
    if (heard === sent.length) client.end()
  })
  client.write(sent)
  await once(client, 'close')
  const echo = Buffer.concat(received)
  expect(echo.length).toBe(sent.length)
  expect(sha256(echo)).toBe(sha256(sent))
  expect(await ended.promise).toMatchObject({ aToB: sent.length, bToA: sent.length })
})
