import type { Connection } from 'hawser'
import { expect, it } from 'vitest'
import { createJudge } from '../../src/replay/judge/create-judge.js'
import { Conversation } from '../../src/replay/play/conversation.js'
import { Player } from '../../src/replay/play/player.js'
import type { Step } from '../../src/replay/step.js'
import { expects } from './support/playing.js'

/** The side of a connection that a conversation uses, whose peer says all of this at once. */
class Flood {
  read = 0
  bytesWritten = 0
  phase = 'open'
  readonly closed: Promise<unknown>
  readonly #pieces: number
  #close!: (info: unknown) => void

  constructor(pieces: number) {
    this.#pieces = pieces
    this.closed = new Promise((resolve) => {
      this.#close = resolve
    })
  }

  get bytesRead(): number {
    return this.read * 64 * 1024
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.read < this.#pieces && this.phase === 'open') {
      this.read += 1
      yield Buffer.alloc(64 * 1024, 'x')
    }
  }

  async end(): Promise<void> {
    this.reset()
  }

  reset(): void {
    this.phase = 'closed'
    this.#close({})
  }
}

function converse(flood: Flood, steps: AsyncGenerator<Step, void, undefined>): Conversation {
  const judge = createJudge({ expect: 'bytes', masks: [], framing: undefined })
  const player = new Player(judge, { speed: Infinity, wait: Infinity }, performance.now())
  return new Conversation(flood as unknown as Connection, player, steps)
}

it('what comes before its time stays with the other side', async () => {
  const flood = new Flood(100)
  let goOn: () => void = () => {}
  const paused = new Promise<void>((resolve) => (goOn = resolve))
  async function* slowly(): AsyncGenerator<Step, void, undefined> {
    // The disk is slow.
    await paused
    for (let at = 0; at < 100; at++) yield expects('x'.repeat(64 * 1024))
  }
  const outcome = converse(flood, slowly()).run()
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(flood.read).toBeLessThanOrEqual(2)
  goOn()
  expect(await outcome).toEqual({ bytesSent: 0, bytesReceived: 100 * 64 * 1024 })
})

it('a log that is damaged in the middle ends the connection, with a reason', async () => {
  async function* damaged(): AsyncGenerator<Step, void, undefined> {
    yield expects('x'.repeat(64 * 1024))
    throw new RangeError('the block is not whole')
  }
  const flood = new Flood(1)
  const { failure } = await converse(flood, damaged()).run()
  expect(failure).toContain('the block is not whole')
  expect(flood.phase).toBe('closed')
})
