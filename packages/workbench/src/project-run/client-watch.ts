import type { Pattern } from '../protocol/filter.js'
import { type Expectation, usualWithin } from '../protocol/saved.js'
import type { Sheet, View } from '../sheet/sheet.js'

/** What is waited for, as the log is looked through. */
export function patternOf({ text, hex, regex }: Expectation): Pattern {
  if (text !== undefined) return { as: 'text', text }
  if (hex !== undefined) return { as: 'hex', hex }
  return { as: 'regex', regex: regex ?? '' }
}

/** What a client must get. The log is looked at, so that nothing is too early to be seen. */
export class ClientWatch {
  readonly #view: View
  readonly #within: number

  private constructor(view: View, within: number) {
    this.#view = view
    this.#within = within
  }

  /** @returns rejects with WorkbenchError for hex and expressions that are none */
  static async begin(
    sheet: Sheet,
    file: string,
    session: number,
    expectation: Expectation,
  ): Promise<ClientWatch> {
    const pattern = patternOf(expectation)
    const view = await sheet.open(file, { session, kinds: ['in'], pattern })
    return new ClientWatch(view, expectation.within ?? usualWithin)
  }

  /** @returns why it is not met, if it is not in time; rejects with the reason of `signal` */
  result(signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', aborted)
        act()
      }
      const aborted = (): void => settle(() => reject(signal.reason as Error))
      const look = (): void => {
        const { rows, error } = this.#view.state
        if (rows > 0) settle(() => resolve(undefined))
        else if (error !== undefined) settle(() => resolve(error))
      }
      const timer = setTimeout(() => {
        settle(() => resolve(`it did not come within ${this.#within} ms`))
      }, this.#within)
      signal.addEventListener('abort', aborted)
      if (signal.aborted) aborted()
      this.#view.watch(look)
      look()
    })
  }

  close(): void {
    this.#view.close()
  }
}
