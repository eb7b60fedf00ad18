import type { TransportCase } from './case.js'
import { endingCases } from './ending-cases.js'
import { readingCases } from './reading-cases.js'
import { writingCases } from './writing-cases.js'

/**
 * The conformance suite: what every {@link Transport} must do, for any test runner. A case whose
 * `requires` the transport does not declare does not apply to it.
 *
 * ```ts
 * for (const each of transportCases()) {
 *   const applies = each.requires === undefined || capabilities[each.requires]
 *   it.runIf(applies)(each.name, () => each.run(makePair))
 * }
 * ```
 *
 * A case makes its own pair, holds every call on it to the contract, and disposes of it. Each has
 * a deadline of 10 s in real time, and says what had happened until then when it comes to it.
 */
export function transportCases(): readonly TransportCase[] {
  return [...readingCases, ...writingCases, ...endingCases]
}
