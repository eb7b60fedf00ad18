import { describe, expect, it } from 'vitest'
import { TestedLane } from '../support/lane.js'

describe('latency', () => {
  it('delays bytes and the end', async () => {
    const bench = new TestedLane(['latency=100'])
    bench.take('one')
    await bench.clock.advance(40)
    bench.take('two')
    bench.lane.finish('end')
    await bench.clock.advance(59)
    expect(bench.out).toEqual([])
    await bench.clock.advance(100)
    expect(bench.out).toEqual([
      [100, 'one'],
      [140, 'two'],
      [140, '(end)'],
    ])
  })

  it('varies by its jitter, and keeps the order', async () => {
    const bench = new TestedLane(['latency=100±90'])
    for (let number = 0; number < 50; number += 1) {
      bench.take(`${number} `)
      await bench.clock.advance(1)
    }
    await bench.clock.advance(200)
    expect(bench.text.trim().split(' ').map(Number)).toEqual(
      Array.from({ length: 50 }, (_, n) => n),
    )
    const times = bench.out.map(([time]) => time)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...times)).toBeLessThanOrEqual(50 + 190)
    expect(new Set(times).size).toBeGreaterThan(5)
  })

  it('is overtaken by a reset, and what was under way is lost', async () => {
    const bench = new TestedLane(['latency=100'])
    bench.take('one')
    bench.lane.finish('reset')
    await bench.clock.advance(200)
    expect(bench.out).toEqual([[0, '(reset)']])
    expect(bench.clock.pending).toBe(0)
  })
})

describe('bandwidth', () => {
  it('lets so many bytes a second through, in steps of a tenth of one', async () => {
    const bench = new TestedLane(['bandwidth=1000/s'])
    bench.take('x'.repeat(250))
    bench.lane.finish('end')
    await bench.clock.advance(1000)
    expect(bench.out.map(([time, what]) => [time, what.length])).toEqual([
      [100, 100],
      [200, 100],
      [250, 50],
      [250, '(end)'.length],
    ])
  })

  it('holds the sender back instead of growing', async () => {
    const bench = new TestedLane(['bandwidth=1KiB/s'])
    bench.take('x'.repeat(100_000))
    expect(bench.lane.isFull).toBe(true)
    let isWoken = false
    void bench.lane.room().then(() => (isWoken = true))
    await bench.clock.advance(1000)
    expect(isWoken).toBe(false)
    await bench.clock.advance(100_000)
    expect([isWoken, bench.lane.isFull]).toEqual([true, false])
  })
})

describe('slow-close', () => {
  it('delays the end and nothing else', async () => {
    const bench = new TestedLane(['slow-close=1s'])
    bench.take('one')
    bench.lane.finish('end')
    await bench.clock.advance(2000)
    expect(bench.out).toEqual([
      [0, 'one'],
      [1000, '(end)'],
    ])
  })
})

describe('timeout', () => {
  it('loses everything, and closes when its time is up', async () => {
    const bench = new TestedLane(['timeout=5s'])
    bench.take('one')
    await bench.clock.advance(4999)
    bench.take('two')
    expect(bench.out).toEqual([])
    await bench.clock.advance(1)
    expect(bench.out).toEqual([[5000, '(close)']])
    expect(bench.strikes).toEqual([
      'meets timeout_downstream',
      'loses all bytes from here on',
      'closes the connection',
    ])
  })

  it('of 0 never closes, until it is taken away', async () => {
    const bench = new TestedLane(['timeout=0'])
    bench.take('one')
    await bench.clock.advance(1_000_000)
    expect([bench.out, bench.clock.pending]).toEqual([[], 0])
    bench.faults.clear()
    expect(bench.text).toBe('(close)')
  })
})

describe('reset', () => {
  it('loses the first bytes, and resets so long after them', async () => {
    const bench = new TestedLane(['reset=2s'])
    await bench.clock.advance(10_000)
    bench.take('one')
    await bench.clock.advance(1000)
    bench.take('two')
    await bench.clock.advance(5000)
    expect(bench.out).toEqual([[12_000, '(reset)']])
  })

  it('counts from an end as well', async () => {
    const bench = new TestedLane(['reset'])
    bench.lane.finish('end')
    await bench.clock.advance(0)
    expect(bench.text).toBe('(reset)')
  })
})

describe('slice', () => {
  it('sends pieces of about its size one by one, a time apart', async () => {
    const bench = new TestedLane(['slice=10±2/2ms'])
    const text = 'abcdefghij'.repeat(10)
    bench.take(text)
    bench.lane.finish('end')
    await bench.clock.advance(1000)
    expect(bench.text).toBe(`${text}(end)`)
    const pieces = bench.out.slice(0, -2)
    expect(pieces.every(([, what]) => what.length >= 8 && what.length <= 12)).toBe(true)
    expect(pieces.map(([time]) => time)).toEqual(pieces.map((_, index) => index * 2))
  })

  it('lets each leave in a turn of its own though no time is between them', async () => {
    const bench = new TestedLane(['slice=1'])
    bench.take('abc')
    expect(bench.text).toBe('')
    await bench.clock.advance(0)
    expect(bench.out.map(([, what]) => what)).toEqual(['a', 'b', 'c'])
  })
})

describe('limit', () => {
  it('closes once so many bytes went through, and they arrive first', async () => {
    const bench = new TestedLane(['limit=5', 'latency=10'])
    bench.take('abc')
    bench.take('defg')
    bench.take('hij')
    await bench.clock.advance(100)
    expect(bench.text).toBe('abcde(close)')
    expect(bench.strikes).toContain('closes the connection after 5 bytes')
  })

  it('goes on counting when it is changed', () => {
    const bench = new TestedLane(['limit=5'])
    bench.take('abc')
    const [fault] = bench.faults.all
    bench.faults.set({ ...fault!, attributes: { bytes: 4 } })
    bench.take('def')
    expect(bench.text).toBe('abcd(close)')
  })
})

describe('faults by chance', () => {
  const many = Array.from({ length: 1000 }, (_, n) => `${n} `)

  it('drop loses a share of the pieces, whole', () => {
    const bench = new TestedLane(['drop=0.2'])
    for (const piece of many) bench.take(piece)
    const lost = 1000 - bench.out.length
    expect(lost).toBeGreaterThan(100)
    expect(lost).toBeLessThan(300)
    expect(bench.out.every(([, what]) => many.includes(what))).toBe(true)
    expect(bench.strikes.filter((what) => what.endsWith('B dropped'))).toHaveLength(lost)
  })

  it('corrupt turns one bit over, and leaves the sender its bytes', () => {
    const bench = new TestedLane(['corrupt'])
    const sent = Buffer.from('hello')
    bench.lane.take(sent)
    const received = Buffer.from(bench.text, 'latin1')
    const bits = [...received].map((byte, at) => (byte ^ sent[at]!).toString(2).replaceAll('0', ''))
    expect(bits.join('')).toBe('1')
    expect(sent.toString()).toBe('hello')
  })

  it('duplicate sends a share of them twice', () => {
    const bench = new TestedLane(['duplicate=0.2'])
    for (const piece of many) bench.take(piece)
    expect(bench.out.length).toBeGreaterThan(1100)
    expect([...new Set(bench.out.map(([, what]) => what))]).toEqual(many)
  })

  it('repeats with the same seed, and does not with another', () => {
    const run = (seed: number): string => {
      const bench = new TestedLane(['drop=0.5'], { seed })
      for (const piece of many) bench.take(piece)
      return bench.text
    }
    expect(run(7)).toBe(run(7))
    expect(run(7)).not.toBe(run(8))
  })

  it('meets the share of connections behind the colon', () => {
    const met = Array.from({ length: 1000 }, (_, seed) => {
      return new TestedLane(['latency=1s:0.3'], { seed }).strikes.length
    })
    const share = met.filter((count) => count > 0).length / 1000
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.4)
  })
})

describe('half-open', () => {
  it('loses bytes, the end and a reset once its time has come', async () => {
    const bench = new TestedLane(['half-open=1s'])
    bench.take('one')
    await bench.clock.advance(1000)
    bench.take('two')
    bench.lane.finish('end')
    bench.lane.finish('reset')
    expect(bench.text).toBe('one')
  })

  it('passes on how the other side ended when it is taken away', () => {
    const bench = new TestedLane(['half-open'])
    bench.lane.finish('end')
    expect(bench.text).toBe('')
    bench.faults.clear()
    expect(bench.text).toBe('(end)')
  })
})
