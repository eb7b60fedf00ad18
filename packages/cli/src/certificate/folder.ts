import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

/** What a cache folder depends on. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly home: () => string
}

const actual: Surroundings = { platform: process.platform, env: process.env, home: homedir }

/**
 * Where this user's development certificate is kept: below `XDG_CACHE_HOME`, or else below
 * `~/.cache`, `~/Library/Caches` on macOS and `%LOCALAPPDATA%` on Windows.
 *
 * XDG Base Directory Specification: a relative `XDG_CACHE_HOME` is ignored.
 */
export function certificateFolder({ platform, env, home }: Surroundings = actual): string {
  const path = platform === 'win32' ? win32 : posix
  const chosen = env['XDG_CACHE_HOME'] ?? ''
  return path.join(path.isAbsolute(chosen) ? chosen : cacheFolder(), 'hawser', 'tls')

  function cacheFolder(): string {
    if (platform === 'win32') return env['LOCALAPPDATA'] ?? path.join(home(), 'AppData', 'Local')
    return platform === 'darwin'
      ? path.join(home(), 'Library', 'Caches')
      : path.join(home(), '.cache')
  }
}
