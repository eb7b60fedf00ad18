import { setImmediate as nextTurn } from 'node:timers/promises'
import type { HandlerObject } from 'hawser'
import type { Transport, TransportSink } from '../../../packages/hawser/src/transport.js'
import { makeTraffic } from '../../load/traffic.js'
import type { LibraryCopy } from './library-copy.js'
import { readCpu } from '../../support/measured.js'

/** Messages that arrive together. */
const batch = 100
/** A connection delivers so many messages in one turn, and no more; what a socket reads is less. */
const turn = 1_000

/**
 * A connection that is fed lines from memory and whose answers go nowhere: what a message costs
 * without sockets, load and system calls, so that little things show.
 */
export class MemoryExchange {
  readonly #copy: LibraryCopy
  readonly #batches: readonly Uint8Array[]

  constructor(copy: LibraryCopy) {
    this.#copy = copy
    const { sent, ends } = makeTraffic('lines', 'upper')
    const count = Math.floor(ends.length / batch)
    this.#batches = Array.from({ length: count }, (_, at) =>
      sent.subarray(at === 0 ? 0 : ends[at * batch - 1], ends[(at + 1) * batch - 1]),
    )
  }

  /** Answer so many lines, or a few less; the nanoseconds of processor time each took. */
  async run(messages: number): Promise<number> {
    const { Budget, Engine, makeConnection, resolveSettings } = this.#copy.engine
    const handler: HandlerObject<string, string> = {
      message(connection, line) {
        void connection.send(line.toUpperCase())
      },
    }
    const framing = this.#copy.library.lines()
    const sieve = new Sieve()
    const engine = new Engine(
      sieve,
      resolveSettings({}, framing, handler, new Budget(Infinity), 'all'),
      {
        failed: () => {},
        closed: () => {},
      },
    )
    const connection = makeConnection(engine)
    engine.start()
    const rounds = Math.max(1, Math.round(messages / batch))
    const began = readCpu()
    for (let round = 0; round < rounds; round += 1) {
      sieve.push(this.#batches[round % this.#batches.length] as Uint8Array)
      if ((round + 1) % (turn / batch) === 0) await nextTurn()
    }
    const elapsed = readCpu() - began
    if (connection.messagesWritten !== rounds * batch) {
      throw new Error(`${connection.messagesWritten} answers instead of ${rounds * batch}`)
    }
    connection.reset()
    return (elapsed * 1_000) / (rounds * batch)
  }
}

/** Bytes come in when they are pushed, and what is written is gone. */
class Sieve implements Transport {
  readonly capabilities = { reset: true, halfClose: true, borrowedReads: true, writeProgress: true }
  readonly addresses = { local: undefined, remote: undefined }
  readonly unsent = 0
  #sink: TransportSink | undefined

  push(bytes: Uint8Array): void {
    this.#sink?.received(bytes, true, 0)
  }

  start(sink: TransportSink): void {
    this.#sink = sink
  }

  write(): boolean {
    return true
  }

  reset(): void {
    this.#sink?.gone(undefined)
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  close(): void {}
  ref(): void {}
  unref(): void {}
}
