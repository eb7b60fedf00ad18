import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const retryDelay = 500

/**
 * Whether this process is in the terminal's foreground. In the background, reading from the
 * terminal or changing its mode would stop the process (SIGTTIN, SIGTTOU: termios(3)).
 */
export function isForeground(): boolean {
  try {
    const { group, foreground } = readGroups()
    return group === foreground
  } catch {
    return true
  }
}

/**
 * Wait until this process is in the foreground; no signal tells it. Keeps no process alive.
 *
 * @param ready called once, at once when it is already there
 * @returns stops waiting
 */
export function whenForeground(ready: () => void): () => void {
  if (isForeground()) {
    ready()
    return () => {}
  }
  const timer = setInterval(() => {
    if (!isForeground()) return
    clearInterval(timer)
    ready()
  }, retryDelay)
  timer.unref()
  return () => clearInterval(timer)
}

function readGroups(): { group: string | undefined; foreground: string | undefined } {
  if (process.platform === 'linux') {
    const status = readFileSync('/proc/self/stat', 'latin1')
    // proc_pid_stat(5): the name, in parentheses, may hold spaces; behind it pgrp is the third
    // field and tpgid the sixth.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return { group: fields[2], foreground: fields[5] }
  }
  if (process.platform === 'win32') return { group: '', foreground: '' }
  const output = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [group, foreground] = output.trim().split(/\s+/)
  return { group, foreground }
}
