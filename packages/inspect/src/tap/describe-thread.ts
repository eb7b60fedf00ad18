import { basename } from 'node:path'
import process from 'node:process'
import { threadId } from 'node:worker_threads'

/** Characters of the command line that are said. */
const mostArguments = 4_096

/** The first event: which thread of which process this is, and what can be seen of it. */
export function describeThread(hooks: object): object {
  const { pid, ppid, version, argv, execPath } = process
  return {
    event: 'thread',
    version: 1,
    pid,
    ppid,
    threadId,
    node: version,
    title: basename(argv[1] ?? execPath),
    argv: cut(argv),
    hooks,
  }
}

function cut(argv: readonly string[]): string[] {
  let left = mostArguments
  return argv
    .map((argument) => {
      const part = argument.slice(0, Math.max(0, left))
      left -= argument.length
      return part
    })
    .filter((part) => part !== '')
}
