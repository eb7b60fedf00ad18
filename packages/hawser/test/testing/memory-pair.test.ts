import {
  createPair,
  ScriptedPeer,
  VirtualClock,
  type PairOptions,
  type TransportSink,
} from 'hawser/testing'
import { describe, expect, it } from 'vitest'

/** Everything a sink is told, as text; borrowed bytes are kept as they are, against the rules. */
class Log implements TransportSink {
  readonly lines: string[] = []
  readonly kept: Uint8Array[] = []
  #wake: (() => void) | undefined

  received(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    this.kept.push(bytes)
    const owner = borrowed ? `borrowed, headroom ${headroom > 0}` : 'owned'
    this.#add(`received ${Buffer.from(bytes).toString()} (${owner})`)
  }

  peerEnded(): void {
    this.#add('peerEnded')
  }

  wrote(): void {
    this.#add('wrote')
  }

  gone(error: Error | undefined): void {
    this.#add(error === undefined ? 'gone' : `gone ${error.message}`)
  }

  async until(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #add(line: string): void {
    this.lines.push(line)
    this.#wake?.()
  }
}

function startPair(options: PairOptions = {}) {
  const [left, right] = createPair(options)
  const leftLog = new Log()
  const rightLog = new Log()
  left.start(leftLog)
  right.start(rightLog)
  return { left, right, leftLog, rightLog }
}

describe('createPair', () => {
  it('overwrites borrowed bytes as soon as the call is over', async () => {
    const { left, rightLog } = startPair()
    left.write(['secret'])
    await rightLog.until('received secret (borrowed, headroom true)')
    await new Promise(setImmediate)
    expect([...(rightLog.kept[0] ?? [])]).toEqual(Array(6).fill(0xdb))
  })

  it('hands bytes over for good when told so', async () => {
    const { left, rightLog } = startPair({ borrowed: false })
    left.write(['mine'])
    left.write(['next'])
    await rightLog.until('received minenext (owned)')
    expect(Buffer.from(rightLog.kept[0] ?? []).toString()).toBe('minenext')
  })

  it('cuts deliveries to the chunk size and joins smaller writes', async () => {
    const { left, rightLog } = startPair({ chunkSize: 3, borrowed: false })
    left.write(['ab', 'cde'])
    left.write(['f', 'g'])
    await rightLog.until('received g (owned)')
    expect(rightLog.lines).toEqual([
      'received abc (owned)',
      'received def (owned)',
      'received g (owned)',
    ])
  })

  it('delivers bytes, the end and a reset after the latency, on the given clock', async () => {
    const clock = new VirtualClock()
    const { left, right, leftLog, rightLog } = startPair({ latency: 100, clock, borrowed: false })
    left.write(['hello'])
    await clock.advance(50)
    left.end()
    await clock.advance(49)
    expect(rightLog.lines).toEqual([])
    await clock.advance(1)
    expect(rightLog.lines).toEqual(['received hello (owned)'])
    await clock.advance(50)
    expect(rightLog.lines).toEqual(['received hello (owned)', 'peerEnded'])
    right.reset()
    await clock.advance(99)
    expect(leftLog.lines).toEqual([])
    await clock.advance(1)
    expect(leftLog.lines).toEqual(['gone read ECONNRESET'])
    expect(clock.pending).toBe(0)
  })

  it('may behave differently in each direction', async () => {
    const clock = new VirtualClock()
    const { left, right, leftLog, rightLog } = startPair({
      borrowed: false,
      clock,
      forward: { chunkSize: 1 },
      backward: { latency: 10 },
    })
    left.write(['ab'])
    right.write(['cd'])
    await clock.advance(0)
    expect(rightLog.lines).toEqual(['received a (owned)', 'received b (owned)'])
    expect(leftLog.lines).toEqual([])
    await clock.advance(10)
    expect(leftLog.lines).toEqual(['received cd (owned)'])
  })

  it('resets both ends after so many delivered bytes', async () => {
    const { left, leftLog, rightLog } = startPair({ resetAfter: 5, borrowed: false })
    left.write(['abc'])
    left.write(['defgh'])
    await rightLog.until('gone read ECONNRESET')
    await leftLog.until('gone read ECONNRESET')
    expect(rightLog.lines).toEqual(['received abcde (owned)', 'gone read ECONNRESET'])
  })

  it('loses the first byte already when told to reset after none', async () => {
    const { left, leftLog, rightLog } = startPair({ forward: { resetAfter: 0 } })
    left.write(['abc'])
    await rightLog.until('gone read ECONNRESET')
    await leftLog.until('gone read ECONNRESET')
    expect(rightLog.lines).toHaveLength(1)
  })

  it('holds back what exceeds the capacity until the reader takes it', async () => {
    const { left, right, leftLog, rightLog } = startPair({ capacity: 4, borrowed: false })
    right.pause()
    expect(left.write(['abcdef'])).toBe(false)
    expect(left.unsent).toBe(2)
    right.resume()
    await rightLog.until('received ef (owned)')
    expect(rightLog.lines).toEqual(['received abcd (owned)', 'received ef (owned)'])
    expect(leftLog.lines).toEqual(['wrote'])
    expect(left.unsent).toBe(0)
  })

  it('notices a reset only when it reads or writes again', async () => {
    const { left, right, rightLog } = startPair()
    right.pause()
    left.reset()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(rightLog.lines).toEqual([])
    right.write(['into the void'])
    await rightLog.until('gone read ECONNRESET')
  })

  it('answers bytes to a closed end with a reset', async () => {
    const { left, right, leftLog, rightLog } = startPair()
    left.close()
    await rightLog.until('peerEnded')
    right.write(['too late'])
    await rightLog.until('gone read ECONNRESET')
    expect(leftLog.lines).toEqual(['gone'])
  })

  it('answers with a reset when received bytes are left unread at close', async () => {
    const { left, right, rightLog } = startPair()
    left.pause()
    right.write(['never read'])
    await new Promise(setImmediate)
    left.close()
    await rightLog.until('gone read ECONNRESET')
    expect(rightLog.lines).toEqual(['gone read ECONNRESET'])
  })

  it('gives the ends the addresses of documentation networks', () => {
    const [left, right] = createPair()
    expect(left.addresses.remote).toEqual({ address: '192.0.2.2', family: 'IPv4', port: 8000 })
    expect(right.addresses.remote).toEqual({ address: '192.0.2.1', family: 'IPv4', port: 40001 })
    expect(right.addresses.local).toEqual(left.addresses.remote)
  })

  it.each<[string, (pair: ReturnType<typeof startPair>) => void]>([
    ['a second start', ({ left, leftLog }) => left.start(leftLog)],
    ['a write during a write', ({ left }) => [left.write(['123456789']), left.write(['x'])]],
    ['a write after end', ({ left }) => [left.end(), left.write(['x'])]],
  ])('throws at %s, which the contract forbids', (_what, misuse) => {
    const pair = startPair({ capacity: 8 })
    expect(() => misuse(pair)).toThrow(/was called/)
    pair.left.reset()
  })

  it.each<PairOptions>([
    { chunkSize: 0 },
    { chunkSize: 1.5 },
    { latency: -1 },
    { latency: NaN },
    { resetAfter: -1 },
    { forward: { capacity: 0 } },
  ])('refuses %j', (options) => {
    expect(() => createPair(options)).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
  })

  it('takes a fraction of a millisecond as latency', async () => {
    const clock = new VirtualClock()
    const [left, right] = createPair({ latency: 0.5, clock })
    const peer = ScriptedPeer.over(right)
    const sender = ScriptedPeer.over(left)
    await sender.send('quick')
    await clock.advance(1)
    await peer.receives('quick')
  })
})
