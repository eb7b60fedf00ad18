import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Candidate } from '../candidates.js'

/** The same candidate where all of these programs are, and why not elsewhere. */
export function needing(programs: readonly string[], candidate: Candidate): Candidate {
  const missing = programs.filter((program) => !isThere(program))
  if (missing.length === 0) return candidate
  return { ...candidate, command: () => `no ${missing.join(', no ')} on this machine` }
}

function isThere(program: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}
