import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

/** What the place of a user's files depends on. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly home: () => string
}

const actual: Surroundings = { platform: process.platform, env: process.env, home: homedir }

/**
 * Where messages and sequences are kept that no project has: below `XDG_STATE_HOME`, or else below `~/.local/state`,
 * `~/Library/Application Support` on macOS and `%LOCALAPPDATA%` on Windows.
 *
 * XDG Base Directory Specification: a relative `XDG_STATE_HOME` is ignored.
 */
export function savedFile(surroundings: Surroundings = actual): string {
  return stateFile('saved.json', surroundings)
}

/** Where it is remembered which code of which folders the user trusts: beside what is saved. */
export function trustedFile(surroundings: Surroundings = actual): string {
  return stateFile('trusted.json', surroundings)
}

function stateFile(name: string, { platform, env, home }: Surroundings): string {
  const path = platform === 'win32' ? win32 : posix
  const chosen = env['XDG_STATE_HOME'] ?? ''
  return path.join(path.isAbsolute(chosen) ? chosen : stateFolder(), 'hawser', name)

  function stateFolder(): string {
    if (platform === 'win32') return env['LOCALAPPDATA'] ?? path.join(home(), 'AppData', 'Local')
    return platform === 'darwin'
      ? path.join(home(), 'Library', 'Application Support')
      : path.join(home(), '.local', 'state')
  }
}
