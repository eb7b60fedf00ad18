import { Deadlines, Stall } from '../../policy/deadlines.js'
import type { Waits } from '../connection-settings.js'
import { Paces } from './paces.js'
import { waits } from './waits.js'
import type { Watched } from './watched.js'

/** Whether a connection without anything under way has something to wait for. */
export function hasIdleWaits(settings: Waits): boolean {
  const { idleTimeout, readIdleTimeout, firstByteTimeout } = settings
  return idleTimeout !== Infinity || readIdleTimeout !== Infinity || firstByteTimeout !== Infinity
}

/** Whether there may be something to wait for: asked after each event, so that few are watched. */
export function needsWatch({ settings, receiver, openSender }: Watched): boolean {
  return (
    receiver.stopped ||
    !receiver.empty ||
    (openSender !== undefined && openSender.isWriting) ||
    settings.idleTimeout !== Infinity ||
    settings.readIdleTimeout !== Infinity ||
    (settings.firstByteTimeout !== Infinity && receiver.bytes === 0)
  )
}

/** A write that waits, in what counts. */
const writing = 8

/** Which waits may count now: another number when that changes. */
function countingOf({ receiver, openSender, isDiscarding, lingers, isAtWork }: Watched): number {
  return (
    Number(receiver.stopped) |
    (Number(receiver.ended) << 1) |
    (Number(receiver.empty) << 2) |
    (openSender?.isWriting === true ? writing : 0) |
    (Number(receiver.bytes === 0) << 4) |
    (Number(isDiscarding) << 5) |
    (Number(lingers) << 6) |
    (Number(isAtWork) << 7) |
    (Number(receiver.isSlowedDown) << 8) |
    (Number(receiver.isPartial) << 9)
  )
}

/** Watches all the waits of one connection with one lazy timer. */
export class Watch {
  readonly #watched: Watched
  readonly #deadlines: Deadlines
  readonly #paces: Paces
  readonly #stalls = waits.map(() => new Stall())
  /** What counted when it last looked. */
  #counting = -1

  constructor(watched: Watched) {
    this.#watched = watched
    this.#paces = new Paces(watched)
    this.#deadlines = new Deadlines(watched.settings.clock, () => this.#check())
  }

  /**
   * Look at the waits that count now and be woken when the first may be over. Called at each event of
   * a busy connection, so it returns at once while the same ones count as last time: progress, another
   * frame included, is looked at when it wakes.
   */
  arm(): void {
    const watched = this.#watched
    const counting = countingOf(watched)
    if (counting === this.#counting && this.#deadlines.isExpected) return
    this.#counting = counting
    const now = watched.settings.clock.now()
    let at = this.#paces.follow(now)
    for (const [index, wait] of waits.entries()) {
      const stall = this.#stalls[index] as Stall
      const allowed = watched.settings[wait.limit]
      if (allowed === Infinity) continue
      if (!wait.counts(watched)) stall.clear()
      else at = Math.min(at, stall.deadline(wait.progress(watched), now, allowed))
    }
    this.#deadlines.expect(at, now)
  }

  /** Everything accepted was handed to the operating system. */
  flushed(): void {
    if ((this.#counting & writing) === 0) return
    this.#counting = -1
    this.#paces.flushed()
  }

  /** The limits are others now. */
  changed(): void {
    this.#counting = -1
    this.#deadlines.cancel()
  }

  /** Watch no more. */
  cancel(): void {
    this.#deadlines.cancel()
  }

  #check(): void {
    const watched = this.#watched
    const now = watched.settings.clock.now()
    const expired = waits.find(
      (wait, index) =>
        wait.counts(watched) &&
        this.#stalls[index]?.expired(wait.progress(watched), now, watched.settings[wait.limit]) ===
          true,
    )
    if (expired !== undefined) expired.end(watched)
    else if (!this.#paces.check(now)) this.arm()
  }
}
