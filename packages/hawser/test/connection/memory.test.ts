import { lines } from 'hawser'
import { connectPeer } from 'hawser/testing'
import { expect, it } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'

// What is counted is what limits hold, so it must not be far from what is really used.
const mebibyte = 1024 * 1024

it('a burst that was consumed leaves no buffer behind the part of a line that follows it', async () => {
  const burst = `${'a line of some length\n'.repeat(40_000)}the beginning of`
  const before = await usedMemory()
  const held = []
  for (let count = 0; count < 16; count += 1) {
    const { connection, peer } = connectPeer({ framing: lines(), line: { capacity: Infinity } })
    // Everything arrives before anything is consumed.
    connection.pause()
    await peer.send(burst)
    while (connection.bytesRead < burst.length) await new Promise(setImmediate)
    connection.resume()
    const messages = connection[Symbol.asyncIterator]()
    for (let line = 0; line < 40_000; line += 1) await messages.next()
    held.push({ connection, peer })
  }
  expect(((await usedMemory()) - before) / held.length).toBeLessThan(mebibyte / 4)
  for (const { connection } of held) connection.reset()
})

it('a burst of 32 MiB that was sent leaves less than 4 MiB behind for the bursts to come', async () => {
  const kibibyte = 1024
  const { connection, peer } = connectPeer(
    { framing: lines(), outbox: Infinity, line: { capacity: kibibyte * kibibyte } },
    { reading: false },
  )
  const before = await usedMemory()
  const line = 'x'.repeat(1_000)
  const total = 32 * mebibyte
  for (let sent = 0; sent < total; sent += line.length + 1) void connection.send(line)
  expect(connection.unsent).toBeGreaterThan(total - 2 * mebibyte)
  peer.startReading()
  while (connection.unsent > 0 || peer.unread > 0) {
    if (peer.unread > 0) await peer.receive(peer.unread)
    else await new Promise(setImmediate)
  }
  expect((await usedMemory()) - before).toBeLessThan(4 * mebibyte)
  connection.reset()
  await connection.closed
})

it('small messages for a peer that does not read take about the bytes that are counted', async () => {
  const before = await usedMemory()
  const { connection } = connectPeer(
    { framing: lines(), line: { capacity: 1 } },
    { reading: false },
  )
  for (let count = 0; count < 500_000; count += 1) void connection.send('x')
  expect(connection.unsent).toBeGreaterThan(999_000)
  expect((await usedMemory()) - before).toBeLessThan(8 * mebibyte)
  connection.reset()
  await connection.closed
})

it('a backlog that never empties keeps no more blocks than it has bytes', async () => {
  const { connection, peer } = connectPeer({ framing: lines() })
  const line = 'x'.repeat(1_000)
  const backlog = 2 * mebibyte
  const reading = (async () => {
    while ((await peer.receive(1)).length > 0) if (peer.unread > 0) await peer.receive(peer.unread)
  })().catch(() => undefined)
  const before = await usedMemory()
  // Each write takes a part of what waits, so something always does.
  for (let sent = 0; sent < 48 * mebibyte;) {
    while (connection.unsent < backlog) {
      void connection.send(line)
      sent += line.length + 1
    }
    await new Promise(setImmediate)
  }
  expect((await usedMemory()) - before).toBeLessThan(3 * backlog)
  connection.reset()
  await reading
})
