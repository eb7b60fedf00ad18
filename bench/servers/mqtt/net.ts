import type { Socket } from 'node:net'
import { serveNet } from '../node/server.js'

// What the load needs of MQTT, by hand: packets out of what has come, a write for each message that is
// passed on, and the subscribers of a topic kept until another one subscribes. `corked` joins the writes of
// a turn, which few programs do.
const isCorked = process.argv[2] === 'corked'
const filters = new Map<Socket, Set<string>>()
let found = new Map<string, Socket[]>()

serveNet((socket) => {
  filters.set(socket, new Set())
  socket.on('close', () => {
    filters.delete(socket)
    found = new Map()
  })
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (;;) {
      const size = readSize(bytes, start + 1)
      if (size === undefined || size.end + size.value > bytes.length) break
      const end = size.end + size.value
      handle(socket, bytes, start, size.end, end)
      start = end
    }
    rest = bytes.subarray(start)
  })
})

function readSize(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number
    value |= (byte & 127) << (7 * (at - from))
    if (byte < 128) return { value, end: at + 1 }
  }
  return undefined
}

function handle(socket: Socket, bytes: Buffer, start: number, body: number, end: number): void {
  const kind = (bytes[start] as number) >> 4
  if (kind === 1) socket.write(Buffer.of(0x20, 2, 0, 0))
  else if (kind === 8) {
    for (let at = body + 2; at < end;) {
      const size = bytes.readUInt16BE(at)
      filters.get(socket)?.add(bytes.toString('utf8', at + 2, at + 2 + size))
      at += 3 + size
    }
    found = new Map()
    socket.write(Buffer.of(0x90, 3, bytes[body] as number, bytes[body + 1] as number, 0))
  } else if (kind === 3) {
    const size = bytes.readUInt16BE(body)
    const topic = bytes.toString('utf8', body + 2, body + 2 + size)
    // It is written as it came, when no more than QoS 0 is asked for.
    const packet = Buffer.from(bytes.subarray(start, end))
    for (const each of subscribersOf(topic)) write(each, packet)
  }
}

function write(socket: Socket, packet: Buffer): void {
  if (isCorked && socket.writableCorked === 0) {
    socket.cork()
    process.nextTick(() => socket.uncork())
  }
  socket.write(packet)
}

function subscribersOf(topic: string): Socket[] {
  let sockets = found.get(topic)
  if (sockets === undefined) {
    sockets = [...filters].flatMap(([socket, all]) =>
      [...all].some((filter) => matches(filter, topic)) ? [socket] : [],
    )
    found.set(topic, sockets)
  }
  return sockets
}

function matches(filter: string, topic: string): boolean {
  const levels = filter.split('/')
  const names = topic.split('/')
  for (const [at, level] of levels.entries()) {
    if (level === '#') return true
    if (level !== '+' && level !== names[at]) return false
  }
  return levels.length === names.length
}
