import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect, lines, type TlsClientOptions } from 'hawser'
import { describe, expect } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { itPeer } from '../../../../test/support/peers.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { serveSecurely } from './support/secure-server.js'

forbidStrayErrors()

/** The first line a server says. */
async function ask(endpoint: string, tls: TlsClientOptions): Promise<string | undefined> {
  const client = await connect(endpoint, { framing: lines(), tls, family: 4 })
  let answer: string | undefined
  for await (const line of client) answer = line
  await client.close()
  return answer
}

describe('a pinned key', () => {
  itPeer('openssl', 'is what openssl computes', async (openssl) => {
    const { endpoint, authority, identity } = await serveSecurely()
    const file = `${createFolder()}/cert.pem`
    writeFileSync(file, identity.cert)
    const text = execFileSync(openssl, ['x509', '-in', file, '-noout', '-pubkey'])
    const key = execFileSync(openssl, ['pkey', '-pubin', '-outform', 'der'], { input: text })
    const digest = execFileSync(openssl, ['dgst', '-sha256', '-binary'], { input: key })
    const pins = [digest.toString('base64')]
    expect(await ask(endpoint, { ca: authority.cert, pins })).toBe('hello')
  })
})
