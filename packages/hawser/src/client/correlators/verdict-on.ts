import type { Verdict } from './correlation.js'
import type { Progress } from './pending.js'

/** @param wasSettled whether the request had been given up before the message came */
export function verdictOn(progress: Progress, wasSettled: boolean): Verdict {
  if (wasSettled) return 'late'
  return progress === 'whole' ? 'reply' : progress
}
