import { ignore } from '../../promises.js'
import type { HawserError } from '../../errors.js'
import { onAbort } from '../on-abort.js'

/** A request on its way to its reply. */
export class Pending<In> {
  readonly promise: Promise<In>
  /** When it is given up, by the clock; `Infinity` never. */
  readonly deadline: number
  /** Milliseconds it was given. */
  readonly timeout: number
  /** Whether it has its reply, or will not get one. */
  settled = false
  /** What its correlator knows it by, where requests carry ids. */
  id: unknown
  // Fields with a `#` would be a tenth of the whole cost of a request.
  private fulfil!: (reply: In) => void
  private refuse!: (error: HawserError) => void
  private forget: (() => void) | undefined

  constructor(now: number, timeout: number) {
    this.timeout = timeout
    this.deadline = now + timeout
    this.promise = new Promise((resolve, reject) => {
      this.fulfil = resolve
      this.refuse = reject
    })
  }

  /** Give it up when `signal` fires. */
  obey(signal: AbortSignal, abort: () => void): void {
    this.forget = onAbort(signal, abort)
  }

  resolve(reply: In): void {
    this.settle()
    this.fulfil(reply)
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
  }
}
