import { execFile } from 'node:child_process'
import { findProgram } from '../support/machine.js'

/** Run a program of this machine to its end; rejects with what it complained of. */
export function runCommand(name: string, ...args: readonly string[]): Promise<string> {
  const program = findProgram(name)
  if (program === undefined) return Promise.reject(new Error(`no ${name} on this machine`))
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${name} ${args.join(' ')}: ${stderr.trim() || error.message}`))
    })
  })
}
