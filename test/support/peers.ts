import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, it } from 'vitest'

/** The programs, other than Node, that tests talk to. */
export type Peer =
  | 'nc'
  | 'telnet'
  | 'curl'
  | 'openssl'
  | 'haproxy'
  | 'chromium'
  | 'ip'
  | 'mariadb-install-db'
  | 'mariadbd'
  | 'bash'
  | 'script'
  | 'tmux'
  | 'python3'
  | 'nats-server'
  | 'postgres'
  | 'psql'
  | 'redis-benchmark'
  | 'redis-cli'
  | 'redis-server'
  | 'microsocks'
  | 'socat'
  | 'tinyproxy'
  | 'ssh'
  | 'sshd'
  | 'systemd-analyze'
  | 'systemd-notify'
  | 'systemd-socket-activate'
  | 'tshark'

const NAMES: Partial<Record<Peer, readonly string[]>> = {
  nc: ['nc.openbsd', 'nc'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
}

/** Where a peer's program is, or undefined if this machine has none. */
export function findPeer(peer: Peer): string | undefined {
  // /usr/sbin is where `ip` lives, and a plain user's PATH lacks it.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  if (peer === 'postgres') folders.unshift(...postgresFolders())
  for (const name of NAMES[peer] ?? [peer]) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (folder !== '' && isProgram(path)) return path
    }
  }
  return undefined
}

/** Debian keeps its server, and the program that makes a database, out of the PATH. */
function postgresFolders(): string[] {
  const parent = '/usr/lib/postgresql'
  if (!existsSync(parent)) return []
  return readdirSync(parent).map((version) => join(parent, version, 'bin'))
}

/**
 * A test that needs a peer, which it is handed as the path of the program. Without the program the
 * test is skipped and named at the end of `npm test`; with HAWSER_REQUIRE_PEERS set, as on CI, it
 * fails instead.
 */
export function itPeer(
  peer: Peer,
  name: string,
  body: (program: string) => Promise<void> | void,
  timeout?: number,
): void {
  const program = findPeer(peer)
  if (program !== undefined) it(name, () => body(program), timeout)
  else if (isRequired()) it(name, () => failMissing(peer))
  else it.skip(`${name} (no ${peer} on this machine)`)
}

/** The same for a whole group. */
export function describePeer(peer: Peer, name: string, body: (program: string) => void): void {
  const program = findPeer(peer)
  if (program !== undefined) describe(name, () => body(program))
  else if (isRequired()) describe(name, () => it(`finds ${peer}`, () => failMissing(peer)))
  else describe(name, () => it.skip(`every test of this group (no ${peer} on this machine)`))
}

function isRequired(): boolean {
  return (process.env['HAWSER_REQUIRE_PEERS'] ?? '') !== ''
}

function failMissing(peer: Peer): never {
  throw new Error(`${peer} is not installed, and HAWSER_REQUIRE_PEERS asks for every peer`)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
