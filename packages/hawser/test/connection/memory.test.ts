import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { lines } from 'hawser'
import { connectPeer } from 'hawser/testing'
import { expect, it } from 'vitest'

// What is counted is what limits hold, so it must not be far from what is really used.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const mebibyte = 1024 * 1024

function used(): number {
  collect()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

it('a burst that was consumed leaves no buffer behind the part of a line that follows it', async () => {
  const burst = `${'a line of some length\n'.repeat(40_000)}the beginning of`
  const before = used()
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
  expect((used() - before) / held.length).toBeLessThan(mebibyte / 4)
  for (const { connection } of held) connection.reset()
})

it('small messages for a peer that does not read take about the bytes that are counted', async () => {
  const before = used()
  const { connection } = connectPeer(
    { framing: lines(), line: { capacity: 1 } },
    { reading: false },
  )
  for (let count = 0; count < 500_000; count += 1) void connection.send('x')
  expect(connection.unsent).toBeGreaterThan(999_000)
  expect(used() - before).toBeLessThan(8 * mebibyte)
  connection.reset()
  await connection.closed
})
