import { execFileSync } from 'node:child_process'
import { chownSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Pair } from './certificates.js'
import { createFolder } from './folders.js'
import { Running } from './running.js'

/** How a server differs from one that listens on its Unix socket alone. */
export interface PostgresOptions {
  /** A port of 127.0.0.1, where it speaks TLS as well: it speaks none on a Unix socket. */
  readonly secure?: { readonly port: number; readonly pair: Pair }
}

/**
 * A PostgreSQL of this test alone, which trusts everybody who reaches it.
 *
 * @param program the path of `postgres`
 * @returns its socket
 */
export async function startPostgres(
  program: string,
  { secure }: PostgresOptions = {},
): Promise<string> {
  const folder = createFolder()
  const user = postgresUser()
  const data = join(folder, 'data')
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const own = asUser(user)
  const initial = [
    '-D',
    data,
    '-A',
    'trust',
    '-U',
    'hawser',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  run([...own, join(dirname(program), 'initdb'), ...initial], folder)
  const port = secure?.port ?? 5432
  const settings = [`port=${port}`, 'listen_addresses=', 'fsync=off']
  if (secure !== undefined) settings.push(...secureSettings(folder, secure.pair, user))
  const [server, ...words] = [
    ...[...own, program, '-D', data, '-k', folder],
    ...settings.flatMap((setting) => ['-c', setting]),
  ]
  await new Running(server!, words, folder).complains(/ready to accept connections/)
  return join(folder, `.s.PGSQL.${port}`)
}

interface User {
  readonly uid: number
  readonly gid: number
}

/** It refuses to run as root: the user that its package made does. */
function postgresUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(run(['id', flag, 'postgres'])))
  return { uid: uid!, gid: gid! }
}

function asUser(user: User | undefined): string[] {
  if (user === undefined) return []
  return ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--']
}

function secureSettings(folder: string, { cert, key }: Pair, user: User | undefined): string[] {
  const files = { ssl_cert_file: cert, ssl_key_file: key }
  const settings = Object.entries(files).map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (user !== undefined) chownSync(path, user.uid, user.gid)
    return `${name}=${path}`
  })
  return ['listen_addresses=127.0.0.1', 'ssl=on', ...settings]
}

function run([program, ...words]: string[], cwd?: string): string {
  return execFileSync(program!, words, { cwd, stdio: 'pipe', encoding: 'utf8' })
}
