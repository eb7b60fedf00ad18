import { lines } from 'hawser'
import { connectPair } from 'hawser/testing'
import { describe, expect, it } from 'vitest'

const line = 'x'.repeat(1000)
/** What a reader takes that never makes anybody wait. */
const bottomless = { line: { capacity: Infinity }, framing: lines() } as const

describe('a reader as fast as its sender', () => {
  it('does not let an awaiting sender keep the event loop to itself', async () => {
    const [client, server] = connectPair(bottomless)
    let others = 0
    const next = (): void => {
      others += 1
      if (others < 3) setImmediate(next)
    }
    setImmediate(next)
    let sent = 0
    for (; others < 3 && sent < 20_000; sent += 1) await client.send(line)
    expect(others).toBe(3)
    // Each turn is long enough for a batch to be worth its system call.
    expect(sent).toBeGreaterThan(1_000)
    server.reset()
  })

  it('does not make a sender wait that never awaits', async () => {
    const [client, server] = connectPair(bottomless)
    const count = 5_000
    for (let sent = 0; sent < count; sent += 1) void client.send(line)
    void client.end()
    let received = 0
    for await (const message of server) received += message.length
    expect(received).toBe(count * line.length)
  })

  it('lets go of a sender that was made to wait when the connection is reset', async () => {
    const [client] = connectPair(bottomless)
    const sends: Promise<void>[] = []
    for (let sent = 0; sent < 2_000; sent += 1) sends.push(client.send(line))
    expect(client.canSend).toBe(false)
    client.reset()
    await expect(sends.at(-1)).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
  })
})
