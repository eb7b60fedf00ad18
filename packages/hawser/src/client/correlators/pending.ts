import type { Connection } from '../../connection/face.js'
import { ignore } from '../../promises.js'
import type { HawserError } from '../../errors.js'
import { onAbort } from '../on-abort.js'

/** Where a message came from: how much was read for it says how much it may take. */
export type Source = Pick<Connection<never, never>, 'bytesRead'>

/**
 * What became of a reply when a message of it came: it is whole, or more belongs to it. A promise: more
 * does, and nothing is read until it is settled.
 */
export type Progress = 'whole' | 'part' | Promise<void>

/** What is kept of a request until it is settled, to be sent again on the next connection. */
export interface Kept {
  readonly message: unknown
  readonly size: number
  /** Counts what is kept, and gets its size back. */
  readonly keeper: { letGo(size: number): void }
  /** Whether a connection was lost on which it had been sent, so that it may have been carried out. */
  wasSent: boolean
}

/** A request on its way to its reply. */
export class Pending<In, Result = In> {
  readonly promise: Promise<Result>
  /** When it was sent, by the clock, or made. */
  sent: number
  /** When it is given up, by the clock; `Infinity` never. */
  deadline: number
  /** Milliseconds it was given. */
  readonly timeout: number
  /** Whether it has its reply, or will not get one. */
  settled = false
  /** Whether its reply is held back on purpose. */
  blocks = false
  /** What is sent again on the next connection where this one is lost; undefined is nothing. */
  again: Kept | undefined
  /** What its correlator knows it by, where requests carry ids. */
  id: unknown
  // Fields with a `#` would be a tenth of the whole cost of a request.
  private fulfil!: (reply: never) => void
  private refuse!: (error: HawserError) => void
  private forget: (() => void) | undefined

  constructor(now: number, timeout: number) {
    this.timeout = timeout
    this.sent = now
    this.deadline = now + timeout
    this.promise = new Promise((resolve, reject) => {
      this.fulfil = resolve
      this.refuse = reject
    })
  }

  /** Whether its time stands still: its reader is slow, and not the server. */
  get isHeld(): boolean {
    return false
  }

  /** Give it up when `signal` fires. */
  obey(signal: AbortSignal, abort: () => void): void {
    this.forget = onAbort(signal, abort)
  }

  /**
   * A message came that belongs to its reply, also where it was given up: it says where the reply ends.
   *
   * @throws what a function of the user's throws
   */
  accept(message: In, _source: Source): Progress {
    if (!this.settled) this.resolve(message as unknown as Result)
    return 'whole'
  }

  /** It is sent again: what came of its reply is of no use. */
  restart(): void {
    if (this.again !== undefined) this.again.wasSent = true
  }

  /** It is not sent again, whatever becomes of its connection. */
  sendNoMore(): void {
    if (this.again === undefined) return
    this.again.keeper.letGo(this.again.size)
    this.again = undefined
  }

  resolve(reply: Result): void {
    this.settle()
    this.fulfil(reply as never)
  }

  reject(error: HawserError): void {
    if (this.settled) return
    this.settle()
    // Awaited or not, it must not end the process.
    this.promise.catch(ignore)
    this.refuse(error)
  }

  private settle(): void {
    this.settled = true
    this.forget?.()
    this.forget = undefined
    this.sendNoMore()
  }
}
