import { setTimeout as delay } from 'node:timers/promises'
import { connect, type TlsClientOptions } from 'hawser'
import { describeFailure } from '../failure.js'
import { type Start, startOf } from './script/recorded.js'
import { patient, type Stage } from './stage.js'

/** Where the clients of a log are played to. */
export interface Target {
  readonly endpoint: string
  readonly tls: TlsClientOptions | undefined
  readonly connectTimeout: number | undefined
  readonly maxConnections: number
}

/**
 * Play the clients of a log against a server: each connection begins when those are over that were over
 * before it, and after the same time, divided by the speed.
 */
export class ToServer {
  readonly #stage: Stage
  readonly #target: Target
  readonly #playing = new Map<number, Promise<void>>()

  constructor(stage: Stage, target: Target) {
    this.#stage = stage
    this.#target = target
  }

  /**
   * @param only the number of the only connection that is played
   * @returns how many were found
   */
  async run(only: number | undefined): Promise<number> {
    const { recording, signal } = this.#stage
    const begun = performance.now()
    let first: number | undefined
    let found = 0
    const filter = { kinds: ['event'] as const, signal, ...(only && { connection: only }) }
    for await (const row of recording.rows(filter)) {
      // What was over before the next began is over before the next begins.
      if (row.event?.event === 'close') await this.#playing.get(row.connection)
      const start = startOf(row)
      if (start === undefined) continue
      first ??= start.time
      found += 1
      await this.#until(begun + (start.time - first) / this.#stage.speed)
      await this.#begin(start)
    }
    await Promise.all(this.#playing.values())
    return found
  }

  async #until(time: number): Promise<void> {
    const wait = Math.min(time - performance.now(), 3_600_000)
    if (wait > 0) await delay(wait, undefined, { signal: this.#stage.signal })
  }

  async #begin(start: Start): Promise<void> {
    if (!(await this.#stage.admits(start))) return
    while (this.#playing.size >= this.#target.maxConnections) {
      await Promise.race(this.#playing.values())
    }
    // A log of a stranger may begin one twice.
    await this.#playing.get(start.connection)
    const playing = this.#play(start).finally(() => this.#playing.delete(start.connection))
    this.#playing.set(start.connection, playing)
  }

  async #play(start: Start): Promise<void> {
    const { endpoint, tls, connectTimeout } = this.#target
    const { signal } = this.#stage
    let connection
    try {
      connection = await connect(endpoint, { ...patient, tls, connectTimeout, signal })
    } catch (error) {
      if (!signal.aborted) this.#stage.failed(start, describeFailure(error).message)
      return
    }
    await this.#stage.play(start, connection)
  }
}
