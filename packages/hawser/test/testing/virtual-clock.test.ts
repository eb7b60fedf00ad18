import { createClient, lines } from 'hawser'
import { connectPair, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'

const day = 86_400_000

/** A clock and a list that each timer made by `at` writes its name and time to. */
function makeClock() {
  const clock = new VirtualClock()
  const fired: string[] = []
  const at = (name: string, delay: number) =>
    clock.schedule(() => fired.push(`${name}@${clock.now()}`), delay, true)
  return { clock, fired, at }
}

describe('VirtualClock', () => {
  it('stands still until it is advanced', async () => {
    const { clock, fired, at } = makeClock()
    at('a', 0)
    await new Promise(setImmediate)
    expect(fired).toEqual([])
    expect(clock.now()).toBe(0)
  })

  it('fires timers in order of time, each at its own time', async () => {
    const { clock, fired, at } = makeClock()
    at('late', 300)
    at('early', 100)
    at('middle', 200)
    await clock.advance(250)
    expect(fired).toEqual(['early@100', 'middle@200'])
    expect(clock.now()).toBe(250)
    await clock.advance(50)
    expect(fired).toEqual(['early@100', 'middle@200', 'late@300'])
  })

  it('fires timers due at the same time in the order they were scheduled in', () => {
    const { clock, fired, at } = makeClock()
    for (const name of ['1', '2', '3']) at(name, 10)
    clock.advanceSync(10)
    expect(fired).toEqual(['1@10', '2@10', '3@10'])
  })

  it('fires timers that a timer starts within the span', async () => {
    const { clock, fired, at } = makeClock()
    clock.schedule(() => at('child', 5), 10, true)
    await clock.advance(15)
    expect(fired).toEqual(['child@15'])
  })

  it('lets promises settle between two timers', async () => {
    const { clock, fired, at } = makeClock()
    const work = async () => {
      await new Promise(setImmediate)
      fired.push('settled')
    }
    clock.schedule(() => void work(), 10, true)
    at('next', 11)
    await clock.advance(20)
    expect(fired).toEqual(['settled', 'next@11'])
  })

  it('lets nothing but timers run when it is advanced in one go', async () => {
    const { clock, fired, at } = makeClock()
    const settled = Promise.resolve().then(() => fired.push('settled'))
    at('a', 1)
    clock.advanceSync(1)
    expect(fired).toEqual(['a@1'])
    await settled
  })

  it('never fires a timer of Infinity and does not count it', () => {
    const { clock, fired, at } = makeClock()
    at('never', Infinity).cancel()
    at('never', Infinity)
    expect(clock.pending).toBe(0)
    clock.advanceSync(Number.MAX_SAFE_INTEGER)
    expect(fired).toEqual([])
  })

  it('waits for delays above 2^31-1 in full', () => {
    const { clock, fired, at } = makeClock()
    at('quarter', 90 * day)
    clock.advanceSync(90 * day - 1)
    expect(fired).toEqual([])
    clock.advanceSync(1)
    expect(fired).toEqual([`quarter@${90 * day}`])
  })

  it('does not fire a cancelled timer, and cancelling again is harmless', () => {
    const { clock, fired, at } = makeClock()
    const timer = at('a', 10)
    at('b', 10)
    timer.cancel()
    timer.cancel()
    expect(clock.pending).toBe(1)
    clock.advanceSync(10)
    timer.cancel()
    expect(fired).toEqual(['b@10'])
  })

  it('cancels a timer from inside another one', () => {
    const { clock, fired, at } = makeClock()
    clock.schedule(() => victim.cancel(), 5, true)
    const victim = at('victim', 5)
    clock.advanceSync(5)
    expect(fired).toEqual([])
  })

  it('counts the timers that wait and those that keep a process alive', () => {
    const clock = new VirtualClock()
    clock.schedule(() => {}, 1, true)
    clock.schedule(() => {}, 2, false)
    expect([clock.pending, clock.keepingAlive]).toEqual([2, 1])
    clock.advanceSync(1)
    expect([clock.pending, clock.keepingAlive]).toEqual([1, 0])
  })

  it('passes on what a callback throws and stands at that time', async () => {
    const { clock, fired, at } = makeClock()
    const fail = () => {
      throw new Error('from the timer')
    }
    clock.schedule(fail, 10, true)
    at('after', 20)
    await expect(clock.advance(30)).rejects.toThrow('from the timer')
    expect(clock.now()).toBe(10)
    await clock.advance(10)
    expect(fired).toEqual(['after@20'])
  })

  it('ends when a timer restarts itself without delay for ever', () => {
    const clock = new VirtualClock()
    const again = () => void clock.schedule(again, 0, true)
    again()
    expect(() => clock.advanceSync(1)).toThrow(/restarts itself without delay/)
  })

  it('never goes back when two advances overlap', async () => {
    const { clock, fired, at } = makeClock()
    at('a', 10)
    at('b', 20)
    await Promise.all([clock.advance(20), clock.advance(10)])
    expect(fired).toEqual(['a@10', 'b@20'])
    expect(clock.now()).toBe(20)
  })

  it.each([-1, NaN, Infinity])('refuses to be advanced by %s', async (ms) => {
    const clock = new VirtualClock()
    const refusal = expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' })
    expect(() => clock.advanceSync(ms)).toThrow(refusal)
    await expect(clock.advance(ms)).rejects.toEqual(refusal)
  })

  it('refuses a delay that is not a number', () => {
    const clock = new VirtualClock()
    expect(() => clock.schedule(() => {}, NaN, true)).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
  })
})

describe('a clock that runs until a promise settles', () => {
  it('moves from timer to timer, no further than it must', async () => {
    const { clock, fired, at } = makeClock()
    at('a', 10)
    at('later', 90 * 1_000)
    const third = new Promise<string>((resolve) => {
      clock.schedule(() => clock.schedule(() => resolve('there'), 5, true), 20, true)
    })
    expect(await clock.runUntil(third)).toBe('there')
    expect([clock.now(), fired]).toEqual([25, ['a@10']])
  })

  it('passes on what the promise rejects with', async () => {
    const { clock } = makeClock()
    const late = new Promise((_resolve, reject) => {
      clock.schedule(() => reject(new Error('too late')), day / 2, true)
    })
    await expect(clock.runUntil(late)).rejects.toThrow('too late')
    expect(clock.now()).toBe(day / 2)
  })

  it('does not overtake what is on its way in memory', async () => {
    const clock = new VirtualClock()
    const line = { chunkSize: 1, capacity: 100 }
    const [client, server] = connectPair<string, string>({ framing: lines(), clock, line })
    clock.schedule(() => client.reset(), 1, true)
    void client.send('x'.repeat(50_000))
    void client.end()
    const received = async (): Promise<number> => {
      for await (const text of server) return text.length
      return 0
    }
    expect(await clock.runUntil(received())).toBe(50_000)
    expect(clock.now()).toBe(0)
    client.reset()
  })

  it('needs no patience to close a client whose peer never ends', async () => {
    const clock = new VirtualClock()
    await using listener = await ScriptedPeer.listen()
    const client = createClient(listener.address, {
      framing: lines(),
      clock,
      lingerTimeout: 10_000,
    })
    await client.ready()
    await clock.runUntil(client.close())
    expect([clock.now(), clock.pending]).toEqual([10_000, 0])
  })

  it('says so when a timer goes on for ever, and when there is none', async () => {
    const clock = new VirtualClock()
    const never = new Promise(() => {})
    await expect(clock.runUntil(never, { deadline: 1 })).rejects.toThrow(/not time/)
    const again = (): void => void clock.schedule(again, 1_000, true)
    again()
    await expect(clock.runUntil(never, { limit: 60_000 })).rejects.toThrow(/60000 ms on the clock/)
    expect(clock.now()).toBe(60_000)
    await expect(clock.runUntil(never, { limit: -1 })).rejects.toThrow(/-1 ms/)
  })
})
