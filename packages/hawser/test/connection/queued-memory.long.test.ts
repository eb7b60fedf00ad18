import net from 'node:net'
import nodeTls from 'node:tls'
import {
  createServer,
  delimited,
  type Connection,
  type Framing,
  lines,
  raw,
  type Server,
} from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtEnd, loopback, portOf } from '../server/support/serving.js'
import { siteTls } from '../tls/support/identities.js'
import { usedMemory } from './support/memory.js'

// What waits to be sent is counted as the memory it takes: over the same connections with nothing
// more queued, heap and buffers grow by twice what is counted at most, and 8 KiB a connection.

const peers = 24
const kibibyte = 1024

type Message = string | Uint8Array
type AnyServer = Server<Message, Message>
type Way = (server: AnyServer, message: Message) => void

const ways: Record<string, Way> = {
  send: (server, message) => {
    for (const connection of server.connections) void connection.send(message)
  },
  broadcast: (server, message) => void server.broadcast(message),
  topic: (server, message) => void server.to('all').send(message),
}

/** Size, and how many of them for each connection. */
const loads: readonly (readonly [size: number, count: number])[] = [
  [0, 12_000],
  [9, 6_000],
  [kibibyte, 300],
  [kibibyte * kibibyte, 2],
]

const framings: Record<'text' | 'bytes', Framing<Message, Message>> = {
  text: lines({ maxFrame: 2 * kibibyte * kibibyte }),
  bytes: delimited('\n', { maxFrame: 2 * kibibyte * kibibyte }),
}

function dial(port: number, secure: boolean): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket: net.Socket = secure
      ? nodeTls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
          resolve(socket),
        )
      : net.connect({ port, host: '127.0.0.1' }, () => resolve(socket))
    socket.on('error', reject)
    onTestFinished(() => void socket.destroy())
  })
}

/** A server with connections whose peers read nothing, and whose operating system takes no more. */
async function deafPeers(
  framing: Framing<Message, Message>,
  secure: boolean,
): Promise<{ server: AnyServer; connections: Connection<Message, Message>[] }> {
  const server = createServer<Message, Message>(
    {
      framing,
      outbox: Infinity,
      memory: Infinity,
      writeTimeout: Infinity,
      minimumRate: Infinity,
      ...(secure ? { tls: await siteTls() } : {}),
    },
    { open: (connection) => void connection.join('all') },
  )
  closeAtEnd(server)
  await server.listen(loopback)
  for (let peer = 0; peer < peers; peer += 1) (await dial(portOf(server), secure)).pause()
  while (server.connections.size < peers) await new Promise(setImmediate)
  const connections = [...server.connections]
  const plug = Buffer.alloc(1024 * 1024, 'p')
  for (const connection of connections) {
    const switched = connection.switchFraming(raw())
    for (let sent = 0; sent < 8; sent += 1) void switched.send(plug)
    connection.switchFraming(framing)
  }
  for (let still = 0, before = -1; still < 50;) {
    await new Promise(setImmediate)
    const unsent = connections.reduce((sum, each) => sum + each.unsent, 0)
    still = unsent === before ? still + 1 : 0
    before = unsent
  }
  return { server, connections }
}

describe.each([
  ['TCP', false],
  ['TLS', true],
] as const)('for peers over %s that do not read', (_name, secure) => {
  it.each(Object.keys(ways))('what %s queues takes about the bytes counted', async (way) => {
    const grown: string[] = []
    for (const [kind, framing] of Object.entries(framings)) {
      const { server, connections } = await deafPeers(framing, secure)
      // What is compiled and made at the first use is no message.
      for (let each = 0; each < 2_000; each += 1)
        ways[way]?.(server, kind === 'text' ? 'm' : Buffer.from('m'))
      for (const [size, count] of loads) {
        const counted = (): number => connections.reduce((sum, each) => sum + each.unsent, 0)
        const [heap, unsent] = [await usedMemory(), counted()]
        for (let each = 0; each < count; each += 1) {
          const text = 'm'.repeat(size)
          ways[way]?.(server, kind === 'text' ? text : Buffer.from(text))
          if (each % 1_000 === 0) await new Promise(setImmediate)
        }
        const more = counted() - unsent
        const memory = (await usedMemory()) - heap
        expect(more).toBe(peers * count * (size + 1))
        if (memory > 2 * more + 8 * kibibyte * peers)
          grown.push(`${kind} of ${size}: ${memory} bytes for ${more}`)
      }
      for (const connection of connections) connection.reset()
    }
    expect(grown).toEqual([])
  })
})
