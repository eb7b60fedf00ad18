import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

/** What a program that ended left behind. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Where and with what a program runs; `onStderr` hears its complaints as they come. */
export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  onStderr?: (text: string) => void
}

/** Runs Node with these arguments until it ends. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { onStderr, ...where } = options
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, ...where })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      onStderr?.(text)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
