import type { ClockTimer } from '../../policy/clock.js'
import type { Place } from '../context.js'

/** What `setTimeout` returns in a simulation. */
export class HostTimer {
  readonly #place: Place
  readonly #callback: () => void
  readonly #delay: number
  readonly #repeats: boolean
  #timer: ClockTimer | undefined
  #hasRef = true

  constructor(place: Place, callback: () => void, delay: number, repeats: boolean) {
    this.#place = place
    this.#callback = callback
    // As the runtime's own: less than a millisecond, or too much, is one.
    this.#delay = delay >= 1 && delay <= 2 ** 31 - 1 ? delay : 1
    this.#repeats = repeats
    this.refresh()
  }

  ref(): this {
    this.#hasRef = true
    return this
  }

  unref(): this {
    this.#hasRef = false
    return this
  }

  hasRef(): boolean {
    return this.#hasRef
  }

  refresh(): this {
    this.close()
    this.#timer = this.#place.clock.schedule(
      () => {
        if (this.#repeats) this.refresh()
        this.#callback()
      },
      this.#delay,
      true,
    )
    return this
  }

  close(): this {
    this.#timer?.cancel()
    this.#timer = undefined
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

export type Callback = (...values: unknown[]) => void

/** `setTimeout` on a host. */
export function startTimeout(
  place: Place,
  callback: Callback,
  delay = 1,
  ...values: unknown[]
): HostTimer {
  return new HostTimer(place, () => callback(...values), delay, false)
}

/** `setInterval` on a host. */
export function startInterval(
  place: Place,
  callback: Callback,
  delay = 1,
  ...values: unknown[]
): HostTimer {
  return new HostTimer(place, () => callback(...values), delay, true)
}

/** `setTimeout` of `node:timers/promises` on a host. */
export async function waitFor<Value>(
  place: Place,
  delay = 1,
  value?: Value,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Value | undefined> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const timer = new HostTimer(
      place,
      () => {
        signal?.removeEventListener('abort', abort)
        resolve(value)
      },
      delay,
      false,
    )
    const abort = (): void => {
      timer.close()
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** `setInterval` of `node:timers/promises` on a host. */
export async function* waitAgain<Value>(
  place: Place,
  delay = 1,
  value?: Value,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<Value | undefined, never> {
  signal?.throwIfAborted()
  let due = 0
  let wake: (() => void) | undefined
  const come = (): void => wake?.()
  const timer = startInterval(
    place,
    () => {
      due += 1
      come()
    },
    delay,
  )
  signal?.addEventListener('abort', come, { once: true })
  try {
    for (;;) {
      if (due === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      signal?.throwIfAborted()
      due -= 1
      yield value
    }
  } finally {
    timer.close()
    signal?.removeEventListener('abort', come)
  }
}

/** `AbortSignal.timeout` on a host. */
export function abortAfter(place: Place, delay: number): AbortSignal {
  const abort = new AbortController()
  place.clock.schedule(
    () => abort.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    delay,
    false,
  )
  return abort.signal
}
