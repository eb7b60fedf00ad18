import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createFolder } from '../../../../test/support/folders.js'
import { Running } from '../../../../test/support/running.js'

/**
 * A PostgreSQL of this test alone, which trusts everybody who reaches its Unix socket.
 *
 * @param program the path of `postgres`
 * @returns its socket
 */
export async function startPostgres(program: string): Promise<string> {
  const folder = createFolder()
  const user = prepareUser(folder)
  const data = join(folder, 'data')
  const [initdb, ...initWords] = [
    ...user,
    join(dirname(program), 'initdb'),
    ...['-D', data, '-A', 'trust', '-U', 'hawser', '-E', 'UTF8', '--locale=C', '--no-sync'],
  ]
  execFileSync(initdb!, initWords, { cwd: folder, stdio: 'pipe' })
  const [server, ...words] = [
    ...user,
    ...[program, '-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
  ]
  await new Running(server!, words, folder).complains(/ready to accept connections/)
  return join(folder, '.s.PGSQL.5432')
}

/** It refuses to run as root: the user that its package made does. */
function prepareUser(folder: string): string[] {
  if (process.getuid?.() !== 0) return []
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  )
  chownSync(folder, uid!, gid!)
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--']
}
