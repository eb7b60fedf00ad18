import { type Connection, lines, raw } from 'hawser'
import { connectPair, createPair, Toxics, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { until } from '../../../../test/support/until.js'

/** Two connections on a bad line, what the second has received, and when. */
function join(
  toxics: Toxics,
  random?: () => number,
): {
  clock: VirtualClock
  client: Connection<string, string>
  server: Connection<string, string>
  got: string[]
} {
  const clock = new VirtualClock()
  const got: string[] = []
  const [client, server] = connectPair<string, string>({
    framing: lines(),
    clock,
    line: random === undefined ? { toxics } : { toxics, random },
    handler: { message: (_connection, message) => void got.push(`${message} at ${clock.now()}`) },
  })
  return { clock, client, server, got }
}

describe('a line with toxics', () => {
  it('has a latency, which changes while it runs', async () => {
    const toxics = new Toxics({ latency: 100 })
    const { clock, client, got } = join(toxics)
    await client.send('one')
    await clock.advance(100)
    toxics.forward.set({ latency: 5 })
    await client.send('two')
    await clock.advance(5)
    toxics.clear()
    await client.send('three')
    await clock.advance(0)
    expect(got).toEqual(['one at 100', 'two at 105', 'three at 105'])
  })

  it('lets what is under way arrive sooner when it gets better', async () => {
    const toxics = new Toxics({ latency: 10_000 })
    const { clock, client, got } = join(toxics)
    await client.send('one')
    await clock.advance(50)
    toxics.set({ latency: 60 })
    await clock.advance(10)
    expect(got).toEqual(['one at 60'])
  })

  it('has a jitter in which nothing overtakes anything', async () => {
    const chances = [0.5, 1, 0, 0.5]
    const { clock, client, got } = join(new Toxics({ latency: 100, jitter: 50 }), () =>
      chances.length > 1 ? (chances.shift() ?? 0) : 0.5,
    )
    for (const word of ['one', 'two', 'three', 'four']) {
      await client.send(word)
      await clock.advance(10)
    }
    await clock.advance(1_000)
    expect(got).toEqual(['one at 100', 'two at 160', 'three at 160', 'four at 160'])
  })

  it('loses packets, which TCP sends again, each time after twice as long', async () => {
    // Twice lost, then not; once lost; not lost.
    const chances = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9]
    const { clock, client, got } = join(new Toxics({ latency: 10, loss: 0.5 }), () => {
      return chances.shift() ?? 0.9
    })
    for (const word of ['one', 'two', 'three']) {
      await client.send(word)
      await clock.advance(1)
    }
    await clock.advance(1_000)
    // 200 and 400 ms for the first one; what follows it waits behind it.
    expect(got).toEqual(['one at 610', 'two at 610', 'three at 610'])
    expect(() => new Toxics({ loss: 1 })).toThrow(/loss is 1; give a share from 0 to 0.9/)
  })

  it('carries no more than its bandwidth', async () => {
    const clock = new VirtualClock()
    const [client, server] = connectPair({
      framing: raw(),
      clock,
      line: { bandwidth: 1_000, backward: { bandwidth: Infinity } },
      handler: { message: () => undefined },
    })
    await client.send(new Uint8Array(3_000))
    for (const second of [1, 2, 3]) {
      await clock.advance(1_000)
      expect(server.bytesRead).toBe(second * 1_000)
    }
    const answer = client[Symbol.asyncIterator]().next()
    await server.send(new Uint8Array(3_000))
    await clock.advance(0)
    expect((await answer).value).toHaveLength(3_000)
  })

  it('speeds up what is under way when its bandwidth is lifted', async () => {
    const toxics = new Toxics({ bandwidth: 10 })
    const { clock, client, got } = join(toxics)
    await client.send('x'.repeat(1_000))
    await clock.advance(1_000)
    expect(got).toEqual([])
    toxics.clear()
    await clock.advance(0)
    expect(got).toEqual([`${'x'.repeat(1_000)} at 1000`])
  })

  it('cuts what is sent into pieces, whose size changes while it runs', async () => {
    const toxics = new Toxics({ chunkSize: 3 })
    const sizes: number[] = []
    const [left, right] = createPair({ toxics })
    right.start({
      received: (bytes) => void sizes.push(bytes.length),
      peerEnded: () => right.close(),
      wrote: () => undefined,
      gone: () => undefined,
    })
    left.start({ received() {}, peerEnded() {}, wrote() {}, gone() {} })
    left.write([new Uint8Array(10)])
    await until(() => sizes.length === 4)
    expect(sizes.splice(0)).toEqual([3, 3, 3, 1])
    toxics.set({ chunkSize: 8 })
    left.write([new Uint8Array(10)])
    left.end()
    await until(() => sizes.length === 2)
    expect(sizes).toEqual([8, 2])
  })

  it('stalls in one way and not in the other, and loses nothing', async () => {
    const toxics = new Toxics({ forward: { stall: true } })
    const { clock, client, server, got } = join(toxics)
    await client.send('asked')
    await clock.advance(10_000)
    expect(got).toEqual([])
    await server.send('unasked')
    for await (const message of client) {
      expect(message).toBe('unasked')
      break
    }
    toxics.forward.set({ stall: false })
    await clock.advance(0)
    expect(got).toEqual(['asked at 10000'])
  })

  it('that stalls holds the sender up once its capacity is used', async () => {
    const clock = new VirtualClock()
    const toxics = new Toxics({ stall: true })
    const [client, server] = connectPair({ clock, line: { toxics, capacity: 1_000 } })
    await client.send(new Uint8Array(5_000))
    await clock.advance(0)
    expect(client.unsent).toBe(4_000)
    // So that a peer which takes nothing is noticed.
    await clock.advance(37_500)
    expect(await client.closed).toMatchObject({ reason: 'write-timeout', unsent: 4_000 })
    toxics.clear()
    expect(await server.closed).toMatchObject({ by: 'remote' })
  })

  it('resets both ends after so many bytes, each connection for itself', async () => {
    const toxics = new Toxics({ forward: { resetAfter: 7 } })
    for (let each = 0; each < 2; each += 1) {
      const { clock, client, server, got } = join(toxics)
      await client.send('one')
      await clock.advance(0)
      expect(got).toEqual(['one at 0'])
      await client.send('two')
      expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
      expect(await server.closed).toMatchObject({ reason: 'reset', bytesRead: 7 })
    }
  })

  it('on which the peer has vanished loses its reset, and each thinks the other is there', async () => {
    const toxics = new Toxics()
    const { clock, client, server, got } = join(toxics)
    await client.send('hello')
    await clock.advance(0)
    toxics.set({ vanish: true })
    await client.send('are you there?')
    await clock.advance(0)
    server.reset()
    await server.closed
    await clock.advance(3_600_000)
    expect(client.phase).toBe('open')
    expect(got).toEqual(['hello at 0'])
    // What is sent again reaches a machine that knows nothing of it.
    toxics.clear()
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
  })

  it('on which the peer has vanished carries on when it is back', async () => {
    const toxics = new Toxics({ vanish: true })
    const { clock, client, got } = join(toxics)
    await client.send('one')
    await client.send('two')
    await clock.advance(1_000)
    toxics.set({ vanish: false })
    await clock.advance(0)
    expect(got).toEqual(['one at 1000', 'two at 1000'])
  })

  it('leaves no timer behind when its ends are gone', async () => {
    const toxics = new Toxics({ latency: 1_000, bandwidth: 10 })
    const { clock, client, server } = join(toxics)
    await client.send('x'.repeat(100))
    toxics.clear()
    client.reset()
    server.reset()
    await Promise.all([client.closed, server.closed])
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('composes what is wrong', async () => {
    const { clock, client, got } = join(
      new Toxics({ latency: 10, bandwidth: 100, chunkSize: 2, backward: { stall: true } }),
    )
    await client.send('123456789')
    await clock.advance(109)
    expect(got).toEqual([])
    await clock.advance(1)
    expect(got).toEqual(['123456789 at 110'])
  })

  it('refuses numbers that cannot work', () => {
    expect(() => new Toxics({ latency: -1 })).toThrow(
      /latency is -1; give milliseconds of at least 0/,
    )
    expect(() => new Toxics().forward.set({ bandwidth: 0.5 })).toThrow(
      /bandwidth is 0.5; give a whole number of at least 1/,
    )
    expect(() => createPair({ jitter: Number.NaN })).toThrow(/jitter is NaN/)
    expect(() => createPair({ backward: { chunkSize: 0 } })).toThrow(/chunkSize is 0/)
  })
})
