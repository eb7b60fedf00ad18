import { chownSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pipePrefix } from '../wire/layout.js'
import type { ProcessFacts } from './process-facts.js'

/**
 * Root watches a process of another user, which cannot reach a socket in root's folder: both become that user's, and the
 * pipes beside it.
 */
export function shareSocket(path: string, { uid, gid }: ProcessFacts): void {
  if (process.geteuid?.() !== 0 || uid === 0) return
  for (const shared of [dirname(path), path]) chownSync(shared, uid, gid)
  for (const name of readdirSync(dirname(path))) {
    const pipe = join(dirname(path), name)
    if (!pipe.startsWith(pipePrefix(path))) continue
    try {
      chownSync(pipe, uid, gid)
    } catch {
      // A thread has just taken it.
    }
  }
}
