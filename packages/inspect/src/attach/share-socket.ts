import { chownSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import type { ProcessFacts } from './process-facts.js'

/** Root watches a process of another user, which cannot reach a socket in root's folder: both become that user's. */
export function shareSocket(path: string, { uid, gid }: ProcessFacts): void {
  if (process.geteuid?.() !== 0 || uid === 0) return
  for (const shared of [dirname(path), path]) chownSync(shared, uid, gid)
}
