import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Pair } from './certificates.js'
import { createFolder } from './folders.js'
import { findPeer } from './peers.js'
import { Running } from './running.js'

/**
 * A MariaDB of this test alone, whose user root has no password and speaks TLS if it likes.
 *
 * @param program the path of `mariadbd`
 * @returns its socket
 */
export async function startMariadb(program: string, { cert, key }: Pair): Promise<string> {
  const folder = createFolder({ 'cert.pem': cert, 'key.pem': key })
  const socket = join(folder, 'mariadb.sock')
  // It refuses to run as root without being told to.
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const shared = ['--no-defaults', `--datadir=${join(folder, 'data')}`, ...user]
  const install = findPeer('mariadb-install-db')
  if (install === undefined) throw new Error('there is no mariadb-install-db beside mariadbd')
  const ours = ['--auth-root-authentication-method=normal', '--skip-test-db']
  execFileSync(install, [...shared, ...ours], { stdio: 'pipe' })
  const settings = [
    ...['--skip-networking', `--socket=${socket}`],
    ...[`--ssl-cert=${join(folder, 'cert.pem')}`, `--ssl-key=${join(folder, 'key.pem')}`],
    ...['--innodb-buffer-pool-size=8M', '--innodb-flush-log-at-trx-commit=0'],
  ]
  await new Running(program, [...shared, ...settings], folder).complains(/ready for connections/)
  return socket
}
