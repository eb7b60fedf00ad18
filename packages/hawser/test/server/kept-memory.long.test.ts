import { createClient, lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { usedMemory } from '../../../../test/support/memory.js'
import { loopback, make, portOf } from './support/serving.js'

// The figures of LIMITS.md for what is kept beside what is counted, within a factor of two.

describe('a member of a topic', () => {
  const connections = 200
  /** As many as a connection may join. */
  const topics = 100

  it.each([
    ['with others', 30, (_: number, topic: number) => `topic ${topic}`],
    ['that is its own', 500, (connection: number, topic: number) => `topic ${connection} ${topic}`],
  ])('%s takes about %i bytes', async (_, bytes, nameOf) => {
    const server = await make({ framing: lines() }, { message: () => undefined }).listen(loopback)
    const port = portOf(server)
    const peers = await Promise.all(
      Array.from({ length: connections }, () => ScriptedPeer.connect({ port })),
    )
    await until(() => server.connections.size === connections)
    const joinAll = (): void => {
      for (const [at, connection] of [...server.connections].entries())
        for (let topic = 0; topic < topics; topic += 1) connection.join(nameOf(at, topic))
    }
    const leaveAll = (): void => {
      for (const connection of server.connections)
        for (const topic of connection.topics) connection.leave(topic)
    }
    // What is compiled and made at the first use is no member, and what else goes on in the process
    // weighs as much as a round may.
    const measured: number[] = []
    for (let round = 0; round < 8; round += 1) {
      const before = await usedMemory()
      joinAll()
      measured.push(((await usedMemory()) - before) / (connections * topics))
      leaveAll()
    }
    const each = measured.slice(1).toSorted((one, other) => one - other)[3] as number
    expect(each).toBeGreaterThan(bytes / 2)
    expect(each).toBeLessThan(bytes * 2)
    for (const peer of peers) peer.reset()
  })
})

it('a connection that waits to be accepted takes what it holds, and little more', async () => {
  const waiting = 100
  const server = make({ framing: lines() })
  const messages = server[Symbol.asyncIterator]()
  await server.listen(loopback)
  const port = portOf(server)
  const first = await ScriptedPeer.connect({ port })
  await messages.next()
  const before = await usedMemory()
  const peers = await Promise.all(
    Array.from({ length: waiting }, () => ScriptedPeer.connect({ port })),
  )
  await until(() => server.info().connections === waiting + 1)
  const idle = ((await usedMemory()) - before) / waiting
  const size = 100_000
  await Promise.all(peers.map((peer) => peer.send('x'.repeat(size))))
  await until(() => server.info().bytesRead === waiting * size)
  const full = ((await usedMemory()) - before) / waiting
  // Both ends are in this process.
  expect(idle).toBeLessThan(2 * 8 * 1024)
  expect(full - idle).toBeGreaterThan(size)
  expect(full - idle).toBeLessThan(4 * size)
  first.reset()
  for (const peer of peers) peer.reset()
})

it('a request that waits for its reply takes about 500 bytes beside its message', async () => {
  const server = await make({ framing: lines() }, { message: () => undefined }).listen(loopback)
  const count = 20_000
  const client = createClient(`tcp://127.0.0.1:${portOf(server)}`, {
    framing: lines(),
    maxPending: Infinity,
    maxQueued: Infinity,
    maxQueuedBytes: Infinity,
  })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  await client.ready()
  const ask = async (): Promise<void> => {
    const before = server.info().messagesRead
    for (let each = 0; each < count; each += 1)
      client.request(`${each}`.padEnd(2_000)).catch(() => undefined)
    await until(() => server.info().messagesRead === before + count)
  }
  await ask()
  const before = await usedMemory()
  await ask()
  const each = ((await usedMemory()) - before) / count
  expect(each).toBeGreaterThan(500 / 2)
  expect(each).toBeLessThan(500 * 2)
})
