import { isThenable } from '../../promises.js'
import { BackplaneError, type HawserError, textOf } from '../../errors.js'

/** What was done with a backplane. */
export type BackplaneOp =
  | 'open'
  | 'subscribe'
  | 'unsubscribe'
  | 'publish'
  | 'refused'
  | 'receive'
  | 'nodes'
  | 'close'

/**
 * Calls a backplane, which may throw or reject. Of a run of failures of one kind the first is told:
 * a link that is down would fail every message.
 */
export class BackplaneCalls {
  readonly #tell: (error: HawserError) => void
  readonly #failing = new Set<BackplaneOp | 'queue'>()

  constructor(tell: (error: HawserError) => void) {
    this.#tell = tell
  }

  /**
   * @param call what is called
   * @param consequence what a failure means, and what can be done
   * @param settled called once it is known whether it worked; at once, unless it returns a promise
   * @returns a promise that never rejects, if it answered one
   */
  run(
    op: BackplaneOp,
    call: () => void | Promise<void>,
    consequence: string,
    settled: (worked: boolean) => void = () => undefined,
  ): Promise<void> | undefined {
    const worked = (): void => {
      this.worked(op)
      settled(true)
    }
    const failed = (cause: unknown): void => {
      this.failed(op, cause, consequence)
      settled(false)
    }
    try {
      const promise = call()
      if (isThenable(promise)) return Promise.resolve(promise).then(worked, failed)
      worked()
    } catch (cause) {
      failed(cause)
    }
    return undefined
  }

  /** Something worked: the next failure is told again. */
  worked(op: BackplaneOp | 'queue'): void {
    this.#failing.delete(op)
  }

  failed(op: BackplaneOp, cause: unknown, consequence: string): void {
    const message = textOf(cause)
    const text = `the backplane failed to ${op}: ${message}; ${consequence}`
    this.tell(op, new BackplaneError('HAWSER_BACKPLANE_FAILED', text, { op, cause }))
  }

  tell(op: BackplaneOp | 'queue', error: HawserError): void {
    if (this.#failing.has(op)) return
    this.#failing.add(op)
    this.#tell(error)
  }
}
