import type { Stage } from './stage.js'

/** Something bad that happens to a server at work. */
export interface Fault {
  /** What `npm run faults -- NAME` calls it. */
  readonly name: string
  /** What happens, in a few words. */
  readonly title: string
  /**
   * Let it happen, and say what came of it. What must hold is said to the stage (`stage.expect`), so
   * that one broken promise does not hide the next.
   */
  readonly run: (stage: Stage) => Promise<Finding>
}

/** What came of a fault. */
export interface Finding {
  /** What was done, with numbers. */
  readonly did: string
  /** What was lost of it, with numbers: nothing that was acknowledged, one hopes. */
  readonly lost: string
}
