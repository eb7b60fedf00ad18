import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The files of a certificate and of its key. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** These files, or else the certificate that `hawser cert` keeps for this machine. */
export function provideIdentity(cert?: string, key?: string): Identity {
  if (cert !== undefined && key !== undefined) return { cert, key }
  const home = import.meta.resolve('@hawser/cli/package.json')
  const command = fileURLToPath(new URL('bin/hawser.js', home))
  const printed = execFileSync(process.execPath, [command, 'cert', '--json'], { encoding: 'utf8' })
  const made = JSON.parse(printed) as { certificate: string; key: string }
  return { cert: made.certificate, key: made.key }
}
