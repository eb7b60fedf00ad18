import type { Transport, TransportCapabilities } from '../../transport.js'
import { checkDeadline, withDeadline } from '../test-deadline.js'
import { Probe } from './probe.js'

/** Two joined transports that have not been started, and how to let go of them. */
export interface TransportPair {
  /** One end. */
  readonly left: Transport
  /** The other. */
  readonly right: Transport
  /** Releases both ends and all that made them, whatever state they are in. */
  dispose(): Promise<void>
}

/** Makes a fresh pair for each case. */
export type MakePair = () => Promise<TransportPair>

/** One case of the conformance suite: something every transport must do. */
export interface TransportCase {
  /** The situation, in words. */
  readonly name: string
  /** The case only applies to a transport that declares this; report it as skipped otherwise. */
  readonly requires?: keyof TransportCapabilities
  /**
   * Run the case on a fresh pair and dispose of it.
   *
   * @param deadline how long it may take, in ms of real time. Default 60,000, which is generous: it
   *   only ends what would otherwise hang.
   * @returns rejects with an `AssertionError`, or an Error when it is not done by its deadline
   */
  run(makePair: MakePair, deadline?: number): Promise<void>
}

/** Both ends of a case's pair, already started. */
export interface Ends {
  readonly left: Probe
  readonly right: Probe
}

/** What one case does with its pair. */
export type CaseBody = (ends: Ends) => Promise<void>

const caseDeadline = 60_000

/** Wrap a body in what all cases have in common: the pair, its start, the last checks, the end. */
export function defineCase(
  name: string,
  body: CaseBody,
  requires?: keyof TransportCapabilities,
): TransportCase {
  const run = async (makePair: MakePair, deadline = caseDeadline): Promise<void> => {
    const pair = await makePair()
    try {
      const left = new Probe(pair.left)
      const right = new Probe(pair.right)
      left.start()
      right.start()
      const describe = (): string =>
        `not done: left has ${left.describe()}; right has ${right.describe()}`
      await withDeadline(body({ left, right }), checkDeadline(deadline), describe)
      left.verify()
      right.verify()
    } finally {
      await pair.dispose()
    }
  }
  return requires === undefined ? { name, run } : { name, requires, run }
}
