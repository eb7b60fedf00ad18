import process from 'node:process'
import { invalidEndpoint as invalid } from '../invalid-endpoint.js'

/** How the operating system marks a name that is no file's (unix(7)). */
const mark = '\0'

/**
 * Whether a Unix socket's path is an abstract name: no file, gone with its last user, and open to every
 * process of its network namespace, whichever user runs it.
 */
export function isAbstract(path: string): boolean {
  return path.startsWith(mark)
}

/** `@name`, as people write it, from the name that the operating system takes; other paths as they are. */
export function showAbstract(path: string): string {
  return isAbstract(path) ? `@${path.slice(1)}` : path
}

/** The name that the operating system takes, from `@name`; other paths as they are. */
export function readAbstract(path: string): string {
  return path.startsWith('@') ? mark + path.slice(1) : path
}

/**
 * Refuse an abstract name that cannot be.
 *
 * @param isOwned whether a mode, an owner or a group was asked for
 * @throws OptionError `HAWSER_INVALID_ENDPOINT`
 */
export function assertAbstract(path: string, isOwned: boolean, shown: string): void {
  if (path.length === 1 || path.includes(mark, 1) || path.includes('?')) {
    throw invalid(
      shown,
      'an abstract socket needs a name without a NUL and without a ?, as in unix:@app',
    )
  }
  if (isOwned) {
    throw invalid(
      shown,
      'an abstract socket has no file, so it has neither mode nor owner: use a path to keep others out',
    )
  }
  if (process.platform !== 'linux' && process.platform !== 'android') {
    throw invalid(shown, 'only Linux has abstract sockets: use a path')
  }
}
