import { TimeoutError } from '../../errors.js'
import { type Moving, Pace } from '../../policy/pace.js'
import { handedOver, isReading, isWriting } from './waits.js'
import type { Watched } from './watched.js'

/** A frame no longer than typed text may take so many times `frameTimeout`, all in all. */
const typingShare = 4

/** The minimum rate of one connection, both ways. What never begins is never made. */
export class Paces {
  readonly #watched: Watched
  #reading: Pace | undefined
  #writing: Pace | undefined

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** Follow what is under way. @returns when to look next; `Infinity` when nothing is */
  follow(now: number): number {
    const { settings } = this.#watched
    if (settings.minimumRate === Infinity || settings.minimumRateGrace === Infinity) return Infinity
    const frame = this.#frame
    const write = this.#write
    let at = Infinity
    if (frame === undefined) this.#reading?.stop()
    else at = (this.#reading ??= new Pace()).follow(frame, now, settings)
    if (write === undefined) this.#writing?.stop()
    else at = Math.min(at, (this.#writing ??= new Pace()).follow(write, now, settings))
    return at
  }

  /** Everything accepted was handed over: the next write is another one. */
  flushed(): void {
    this.#writing?.stop()
  }

  /** End the connection if what is under way is too slow. @returns whether it was */
  check(now: number): boolean {
    const { settings } = this.#watched
    const frame = this.#frame
    const write = this.#write
    if (write !== undefined && this.#writing?.isTooSlow(write, now, settings) === true) {
      this.#end('write', this.#writing.measured(write.progress, now))
    } else if (frame !== undefined && this.#reading?.isTooSlow(frame, now, settings) === true) {
      this.#end('read', this.#reading.measured(frame.progress, now))
    } else return false
    return true
  }

  get #frame(): Moving | undefined {
    const { receiver, settings } = this.#watched
    if (!isReading(this.#watched) || !receiver.isPartial) return undefined
    const { bytes, begun, messages } = receiver
    const typing = settings.frameTimeout * typingShare
    return { mark: messages, progress: bytes, base: bytes - begun, typing }
  }

  get #write(): Moving | undefined {
    if (!isWriting(this.#watched)) return undefined
    const progress = handedOver(this.#watched)
    return { mark: 0, progress, base: progress, typing: 0 }
  }

  #end(op: 'read' | 'write', { bytes, time }: { bytes: number; time: number }): void {
    const { minimumRate, minimumRateGrace } = this.#watched.settings
    const what =
      op === 'read' ? `${bytes} bytes of a frame came` : `the peer took ${bytes} bytes of a write`
    const error = new TimeoutError('HAWSER_RATE_TIMEOUT', `${what} in ${time} ms`, {
      ...this.#watched.details,
      op,
      option: 'minimumRate',
      remedy: (option) =>
        `the least is ${minimumRate} a second after ${minimumRateGrace} ms (${option}), lower it for peers this slow`,
    })
    this.#watched.fail(error, op === 'write')
  }
}
