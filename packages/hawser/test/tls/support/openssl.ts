import { join } from 'node:path'
import type { Pair } from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { Running } from '../../../../../test/support/running.js'
import { identities } from './identities.js'

/** The words that show this certificate. */
export function showing({ cert, key }: Pair): string[] {
  const folder = createFolder({ 'cert.pem': cert, 'key.pem': key })
  return ['-cert', join(folder, 'cert.pem'), '-key', join(folder, 'key.pem')]
}

/** The words that trust this authority alone, and end at once when it does not vouch for the peer. */
export function trusting(ca: string): string[] {
  const file = join(createFolder({ 'ca.pem': ca }), 'ca.pem')
  return ['-CAfile', file, '-no-CApath', '-verify_return_error']
}

/**
 * `openssl s_client` talking to a port; it ends with the connection. Lines that begin
 * with Q, R or K are commands to it.
 */
export function startClient(openssl: string, port: number, ...words: string[]): Running {
  return new Running(openssl, ['s_client', '-connect', `127.0.0.1:${port}`, ...words])
}

/** `openssl s_server` on a free port: what is typed goes to the client, what that sends is printed. */
export async function startServer(
  openssl: string,
  ...words: string[]
): Promise<{ server: Running; port: number }> {
  const shown = words.includes('-cert') ? [] : showing((await identities).site)
  const server = new Running(openssl, ['s_server', '-accept', '127.0.0.1:0', ...shown, ...words])
  const [, port] = await server.prints(/ACCEPT 127\.0\.0\.1:(\d+)/)
  return { server, port: Number(port) }
}
