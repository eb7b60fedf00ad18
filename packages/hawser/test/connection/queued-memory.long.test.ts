import { delimited, type Framing, lengthPrefixed, lines, raw } from 'hawser'
import { describe, expect, it } from 'vitest'
import { deafPeers, type Message, type Way, ways } from './support/deaf-peers.js'
import { usedMemory } from '../../../../test/support/memory.js'

// What waits to be sent is counted as the memory it takes: over the same connections with nothing
// more queued, heap and buffers grow by twice what is counted at most, and 8 KiB a connection.

const peers = 24
const kibibyte = 1024

/** Size, and how many of them for each connection. */
const loads: readonly (readonly [size: number, count: number])[] = [
  [0, 12_000],
  [9, 6_000],
  [kibibyte, 300],
  [kibibyte * kibibyte, 2],
]

/** Sizes at which another block begins, or memory of one's own. */
const borders = [4, 8, 16]
  .flatMap((size) => [-1, 0, 1].map((more) => size * kibibyte + more))
  .concat(kibibyte, 5_462, 8_300)

const framings: Record<'text' | 'bytes', Framing<Message, Message>> = {
  text: lines({ maxFrame: 2 * kibibyte * kibibyte }),
  bytes: delimited('\n', { maxFrame: 2 * kibibyte * kibibyte }),
}

describe.each([
  ['TCP', false],
  ['TLS', true],
] as const)('for peers over %s that do not read', (_name, secure) => {
  it.each(Object.keys(ways) as Way[])(
    'what %s queues takes about the bytes counted',
    async (way) => {
      const grown: string[] = []
      for (const [kind, framing] of Object.entries(framings)) {
        const { server, connections, counted } = await deafPeers(peers, framing, secure)
        // What is compiled and made at the first use is no message.
        for (let each = 0; each < 2_000; each += 1)
          ways[way](server, kind === 'text' ? 'm' : Buffer.from('m'))
        for (const [size, count] of loads) {
          const [heap, unsent] = [await usedMemory(), counted()]
          for (let each = 0; each < count; each += 1) {
            const text = 'm'.repeat(size)
            ways[way](server, kind === 'text' ? text : Buffer.from(text))
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
    },
  )

  it.each(Object.keys(ways) as Way[])('nothing is kept of empty frames (%s)', async (way) => {
    // One piece, all of which is under way: nothing waits behind it.
    const plug = [8 * kibibyte * kibibyte]
    const { server, connections, counted } = await deafPeers(peers, raw(), secure, plug)
    const empty = ['', new Uint8Array(0)]
    for (let each = 0; each < 2_000; each += 1) ways[way](server, empty[each % 2] as Message)
    const [memory, unsent] = [await usedMemory(), counted()]
    for (let each = 0; each < 10_000; each += 1) ways[way](server, empty[each % 2] as Message)
    const more = (await usedMemory()) - memory
    expect(counted()).toBe(unsent)
    expect(more).toBeLessThan(8 * kibibyte * peers)
    for (const connection of connections) connection.reset()
  })

  it('messages of sizes around those of blocks take about the bytes counted', async () => {
    const framing = lengthPrefixed({ bytes: 4, maxFrame: 2 * kibibyte * kibibyte })
    const { server, connections, counted } = await deafPeers(peers, framing, secure)
    for (let each = 0; each < 2_000; each += 1) ways.send(server, 'warm')
    const grown: string[] = []
    const measure = async (what: string, fill: () => void): Promise<void> => {
      const [heap, unsent] = [await usedMemory(), counted()]
      fill()
      const more = counted() - unsent
      const memory = (await usedMemory()) - heap
      if (memory > 2 * more + 8 * kibibyte * peers) grown.push(`${what}: ${memory} for ${more}`)
    }
    for (const size of borders) {
      const count = Math.ceil((800 * kibibyte) / size)
      await measure(`bytes of ${size}`, () => {
        for (let each = 0; each < count; each += 1) ways.send(server, Buffer.alloc(size, 'm'))
      })
      await measure(`text of ${size}`, () => {
        for (let each = 0; each < count; each += 1) ways.send(server, 'm'.repeat(size))
      })
      await measure(`bytes of ${size} and of 1 in turn`, () => {
        for (let each = 0; each < count; each += 1)
          for (const length of [size, 1]) ways.send(server, Buffer.alloc(length, 'm'))
      })
    }
    for (const connection of connections) connection.reset()
    expect(grown).toEqual([])
  })

  it.each([16, 64, 500])('views of %i KiB take what is counted, not a mebibyte', async (size) => {
    const framing = lengthPrefixed({ bytes: 4, maxFrame: 2 * kibibyte * kibibyte })
    const { connections, counted } = await deafPeers(8, framing, secure)
    const [memory, unsent] = [await usedMemory(), counted()]
    for (let each = 0; each < 8; each += 1)
      for (const connection of connections)
        void connection.send(Buffer.alloc(kibibyte * kibibyte).subarray(0, size * kibibyte))
    const more = counted() - unsent
    expect(more).toBe(64 * (size * kibibyte + 4))
    expect((await usedMemory()) - memory).toBeLessThan(2 * more + 8 * kibibyte * 8)
    for (const connection of connections) connection.reset()
  })
})

it('the first small message that waits pins 4 KiB at most', async () => {
  const many = 120
  const rounds: number[] = []
  // What else the process does in the meantime is as large as 600 KB: the median of three rounds counts.
  for (let round = 0; round < 3; round += 1) {
    // One piece, all of which is under way: nothing waits behind it.
    const { server, connections } = await deafPeers(many, raw(), false, [8 * kibibyte * kibibyte])
    const memory = await usedMemory()
    for (const connection of server.connections) void connection.send(Buffer.from('message'))
    rounds.push(((await usedMemory()) - memory) / many)
    for (const connection of connections) connection.reset()
  }
  const [, median] = rounds.toSorted((one, other) => one - other)
  expect(median).toBeLessThan(4 * kibibyte + 1 * kibibyte)
})
