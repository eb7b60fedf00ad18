import { randomBytes } from 'node:crypto'
import net from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Connection, raw } from 'hawser'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Holder, readSize } from '../../src/socket/large-reads.js'
import { portOf, serve } from '../server/support/serving.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const kibibyte = 1024

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

/** Longer than a buffer waits to be filled. */
async function backToShared(): Promise<void> {
  for (let look = 0; look < 5; look += 1) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Bytes of buffers that are still reachable. */
async function external(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await turns(2)
    collect()
  }
  return process.memoryUsage().external
}

async function dial(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

function write(socket: net.Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()))
}

describe('large reads', () => {
  it('give away chunks that no later read overwrites', async () => {
    const sent = randomBytes(16 * 1024 * kibibyte)
    const kept: Uint8Array[] = []
    const server = await serve<Uint8Array, Uint8Array>(
      { framing: raw() },
      { message: (_connection, bytes) => void kept.push(bytes) },
    )
    const socket = await dial(portOf(server))
    for (let at = 0; at < sent.length; at += 200_000) {
      await write(socket, sent.subarray(at, at + 200_000))
    }
    while (kept.reduce((sum, { length }) => sum + length, 0) < sent.length) await turns(1)
    expect(Buffer.concat(kept).equals(sent)).toBe(true)
  })

  it('leave no buffer behind with connections that are idle afterwards', async () => {
    const server = await serve<Uint8Array, Uint8Array>(
      { framing: raw() },
      { message: () => undefined },
    )
    const sockets: net.Socket[] = []
    for (let peer = 0; peer < 60; peer += 1) sockets.push(await dial(portOf(server)))
    await turns(10)
    const before = await external()
    const large = Buffer.alloc(300 * kibibyte)
    for (const socket of sockets) await write(socket, large)
    const all = [...server.connections]
    while (all.some((each) => each.bytesRead < large.length)) await turns(1)
    await backToShared()
    // A few buffers are kept for the next large read; sixty would be 3.8 MB.
    expect((await external()) - before).toBeLessThan(1.5 * kibibyte * kibibyte)
  })

  it('keep about the bytes counted when large and small writes take turns', async () => {
    const kept: Uint8Array[] = []
    let connection: Connection<Uint8Array, Uint8Array> | undefined
    const server = await serve<Uint8Array, Uint8Array>(
      { framing: raw() },
      {
        message(own, bytes) {
          connection = own
          if (bytes.length < 100) kept.push(bytes)
        },
      },
    )
    const socket = await dial(portOf(server))
    await write(socket, Buffer.alloc(40_000))
    await turns(10)
    const before = await external()
    let total = 40_000
    for (let round = 0; round < 100; round += 1) {
      for (const size of [40_000, 1]) {
        await write(socket, Buffer.alloc(size))
        total += size
        while ((connection?.bytesRead ?? 0) < total) await turns(1)
      }
    }
    expect(kept.length).toBeGreaterThan(50)
    expect((await external()) - before).toBeLessThan(1.5 * kibibyte * kibibyte)
  })

  it('have at most 64 buffers of their own in a process', async () => {
    // Of its own: a socket of another test may have one of the others still.
    vi.resetModules()
    const { leaveBuffer, takeBuffer } = await import('../../src/socket/large-reads.js')
    const shared = new Uint8Array(readSize)
    const onread = { buffer: shared, callback: () => true }
    const sockets = Array.from({ length: 100 }, () => {
      const socket = new net.Socket({ onread } as net.SocketConstructorOpts)
      return Object.assign(socket, { _handle: { reading: true, useUserBuffer() {} } })
    })
    const given = sockets.map((socket) => takeBuffer(socket, shared))
    expect(given.filter((buffer) => buffer !== shared)).toHaveLength(64)
    leaveBuffer(sockets[0] as Holder)
    expect(takeBuffer(sockets[99] as Holder, shared)).not.toBe(shared)
    for (const socket of sockets) leaveBuffer(socket)
  })
})
