import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { parseFaults } from '../../src/proxy/faults/spec.js'
import { Reserve } from '../../src/proxy/lanes/reserve.js'
import { TestedLane } from '../support/lane.js'

describe('a lane', () => {
  it('without faults passes everything on at once', () => {
    const bench = new TestedLane([])
    bench.take('one')
    bench.lane.finish('end')
    expect(bench.out).toEqual([
      [0, 'one'],
      [0, '(end)'],
    ])
  })

  it('is met by the faults of its own direction only', () => {
    const bench = new TestedLane(['drop@up'])
    bench.take('one')
    expect(bench.text).toBe('one')
    const other = new TestedLane(['drop@up'], { way: 'up' })
    other.take('one')
    expect(other.text).toBe('')
  })

  it('loses and invents no byte, however faults that only delay are put in a row', async () => {
    const specs = ['latency=20±20', 'bandwidth=40KiB/s', 'slice=7±3/1ms', 'slow-close=5ms', 'noop']
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(specs, { minLength: 1 }),
        fc.array(fc.string({ minLength: 1, maxLength: 200 }), { maxLength: 12 }),
        fc.nat(30),
        async (row, texts, pause) => {
          const bench = new TestedLane(row)
          const bytes = texts.map((text) => Buffer.from(text).toString('latin1'))
          for (const text of bytes) {
            bench.take(text)
            await bench.clock.advance(pause)
          }
          bench.lane.finish('end')
          await bench.clock.advance(60_000)
          expect(bench.text).toBe(`${bytes.join('')}(end)`)
          expect([bench.reserve.held, bench.clock.pending]).toEqual([0, 0])
        },
      ),
      runs(300),
    )
  })

  it('loses and invents no byte while faults come, change and go', async () => {
    const specs = ['latency=20±20', 'bandwidth=40KiB/s', 'slice=7±3/1ms', 'slow-close=5ms']
    const kinds = parseFaults(specs)
    const change = fc.record({
      text: fc.string({ maxLength: 60 }),
      pause: fc.nat(15),
      fault: fc.nat(specs.length - 1),
      what: fc.constantFrom('set', 'remove', 'clear', 'nothing'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
        const bench = new TestedLane([])
        let sent = ''
        for (const { text, pause, fault, what } of changes) {
          const bytes = Buffer.from(text).toString('latin1')
          sent += bytes
          if (bytes !== '') bench.take(bytes)
          const there = bench.faults.find(kinds[fault]!.name)
          if (what === 'set') bench.faults.set({ ...kinds[fault]!, toxicity: pause % 2 })
          else if (what === 'remove' && there !== undefined) bench.faults.remove(there)
          else if (what === 'clear') bench.faults.clear()
          await bench.clock.advance(pause)
        }
        bench.lane.finish('end')
        bench.faults.clear()
        expect(bench.text).toBe(`${sent}(end)`)
        expect([bench.reserve.held, bench.clock.pending]).toEqual([0, 0])
      }),
      runs(300),
    )
  })

  it('gets a fault while bytes are under way, and the old ones keep their time', async () => {
    const bench = new TestedLane(['latency=100'])
    bench.take('one')
    const [latency] = new TestedLane(['slow-close=1s']).faults.all
    bench.faults.set(latency!)
    bench.lane.finish('end')
    await bench.clock.advance(5000)
    expect(bench.out).toEqual([
      [100, 'one'],
      [1100, '(end)'],
    ])
  })

  it('hands on what a fault held when that is taken away or changed', async () => {
    const bench = new TestedLane(['latency=1000'])
    bench.take('one')
    const [fault] = bench.faults.all
    bench.faults.set({ ...fault!, attributes: { latency: 10, jitter: 0 } })
    expect(bench.text).toBe('one')
    bench.take('two')
    bench.faults.clear()
    bench.take('three')
    expect(bench.out).toEqual([
      [0, 'one'],
      [0, 'two'],
      [0, 'three'],
    ])
    expect(bench.clock.pending).toBe(0)
  })

  it('holds 4 MiB at most, small pieces counted with what they cost', () => {
    const bench = new TestedLane(['latency=1h'])
    let pieces = 0
    while (!bench.lane.isFull) {
      bench.take('x')
      pieces += 1
    }
    expect(pieces).toBeLessThan((4 * 1024 * 1024) / 200)
  })

  it('holds 64 KiB when all together hold too much, and gives back what it held', async () => {
    const reserve = new Reserve(100_000)
    const greedy = new TestedLane(['latency=1s'], { reserve })
    greedy.take('x'.repeat(150_000))
    const modest = new TestedLane(['latency=1s'], { reserve })
    modest.take('x'.repeat(50_000))
    expect([greedy.lane.isFull, modest.lane.isFull]).toEqual([true, false])
    greedy.lane.abandon()
    expect(reserve.held).toBeLessThan(51_000)
    modest.take('x'.repeat(30_000))
    expect(modest.lane.isFull).toBe(false)
  })

  it('waits for an end that takes no more, and is full meanwhile', async () => {
    const bench = new TestedLane(['latency=10'])
    bench.take('one')
    bench.end.isFull = true
    await bench.clock.advance(100)
    expect([bench.text, bench.lane.isFull]).toEqual(['', true])
    bench.end.isFull = false
    bench.lane.resume()
    expect([bench.text, bench.lane.isFull]).toEqual(['one', false])
  })

  it('that leads nowhere any more wakes up who waits, and keeps no timer', async () => {
    const bench = new TestedLane(['bandwidth=1000/s'])
    bench.take('x'.repeat(200_000))
    const room = bench.lane.room()
    bench.lane.abandon()
    await Promise.all([room, bench.lane.over])
    bench.take('more')
    expect([bench.text, bench.clock.pending, bench.reserve.held]).toEqual(['', 0, 0])
  })
})
