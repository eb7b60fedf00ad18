import { createServer, lines } from 'hawser'
import { connectPeer, ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { closeAtEnd, loopback, portOf } from '../server/support/serving.js'
import { attach } from './support/attach.js'
import { largestTurn, until } from './support/largest-turn.js'

// Between two callbacks of a `setImmediate` loop, one connection delivers at most 1,024 messages,
// stops behind the one that passes 256 KiB, and causes at most 4,096 sends plus one fan-out.

const flood = '\n'.repeat(64 * 1024)

describe('64 KiB of empty lines at once', () => {
  it('reach a handler object 1,024 a turn, and all of them', async () => {
    let taken = 0
    const { peer } = attach({ handler: { message: () => void (taken += 1) } })
    const largest = largestTurn(() => taken)
    await peer.send(flood)
    await until(() => taken === flood.length)
    expect(largest()).toBe(1_024)
  })

  it('reach a handler that returns promises 1,024 a turn', async () => {
    let taken = 0
    const { peer } = attach({
      handler: {
        async message() {
          taken += 1
        },
      },
    })
    const largest = largestTurn(() => taken)
    await peer.send(flood)
    await until(() => taken === flood.length)
    expect(largest()).toBe(1_024)
  })

  it('reach a loop 1,024 a turn', async () => {
    let taken = 0
    const { connection, peer } = attach()
    const largest = largestTurn(() => taken)
    await peer.send(flood)
    for await (const _ of connection) if ((taken += 1) === flood.length) break
    expect(largest()).toBe(1_024)
  })

  it('reach a loop over batches 1,024 a turn', async () => {
    let taken = 0
    const { connection, peer } = attach()
    const largest = largestTurn(() => taken)
    await peer.send(flood)
    for await (const batch of connection.batches()) {
      taken += batch.length
      if (taken === flood.length) break
    }
    expect(largest()).toBe(1_024)
  })

  it('stay in the inbox while the share is used up, and the peer is slowed down', async () => {
    let taken = 0
    const { connection, peer } = connectPeer({
      framing: lines({ maxFrame: 1_000 }),
      inbox: 4_000,
      line: { capacity: Infinity },
      handler: { message: () => void (taken += 1) },
    })
    await peer.send(flood)
    let most = 0
    await until(() => {
      most = Math.max(most, connection.bytesRead - taken)
      return taken === flood.length
    })
    // One chunk may be read while less than the inbox is held.
    expect(most).toBeLessThanOrEqual(4_000 + flood.length)
    connection.reset()
  })

  it('are still iterated in shares when the connection has ended', async () => {
    let taken = 0
    const { connection, peer } = attach()
    await peer.send(flood)
    peer.end()
    await until(() => connection.phase === 'peer-ended')
    await connection.end()
    await connection.closed
    const largest = largestTurn(() => taken)
    for await (const _ of connection) taken += 1
    expect([taken, largest()]).toEqual([flood.length, 1_024])
  })
})

it('messages of 10 KB stop behind the one that passes 256 KiB', async () => {
  let bytes = 0
  const { connection, peer } = attach<string, string>({
    handler: { message: (_, text) => void (bytes += text.length + 1) },
    line: { capacity: Infinity },
  })
  // Everything is there before anything is delivered.
  connection.pause()
  await peer.send(`${'x'.repeat(9_999)}\n`.repeat(150))
  await until(() => connection.bytesRead === 1_500_000)
  const largest = largestTurn(() => bytes)
  connection.resume()
  await until(() => bytes === 1_500_000)
  expect(largest()).toBe(270_000)
})

it('a message larger than the share is delivered whole, one a turn', async () => {
  const sizes: number[] = []
  const { connection, peer } = attach<string, string>({
    handler: { message: (_, text) => void sizes.push(text.length) },
    line: { capacity: Infinity },
  })
  connection.pause()
  await peer.send(`${'x'.repeat(300_000)}\n`.repeat(3))
  await until(() => connection.bytesRead === 900_003)
  const largest = largestTurn(() => sizes.length)
  connection.resume()
  await until(() => sizes.length === 3)
  expect([sizes, largest()]).toEqual([[300_000, 300_000, 300_000], 1])
})

describe('a flood of empty lines to a chat of 60 members that read', () => {
  it.each(['broadcast', 'topic', 'each one'] as const)(
    'causes 4,096 sends a turn and one fan-out (%s)',
    async (way) => {
      let sent = 0
      const server = createServer<string, string>(
        { framing: lines() },
        {
          open: (connection) => void connection.join('all'),
          message(_, text) {
            if (way === 'broadcast') sent += server.broadcast(text)
            else if (way === 'topic') sent += server.to('all').send(text)
            else for (const one of server.connections) sent += one.trySend(text) ? 1 : 0
          },
        },
      )
      closeAtEnd(server)
      await server.listen(loopback)
      const members = await Promise.all(
        Array.from({ length: 60 }, () => ScriptedPeer.connect({ port: portOf(server) })),
      )
      await until(() => server.connections.size === 60)
      const largest = largestTurn(() => sent)
      const lineCount = 4_000
      await members[0]?.send('\n'.repeat(lineCount))
      await until(() => sent === lineCount * 60)
      expect(largest()).toBeGreaterThan(4_000)
      expect(largest()).toBeLessThanOrEqual(4_096 + 60)
      for (const member of members) member.reset()
    },
  )
})
