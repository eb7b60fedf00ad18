import { connect, createServer } from 'hawser'
import { expect, it } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { closeAtEnd, portOf } from '../server/support/serving.js'

/** The names of a chain, from the peer's own on. */
async function showChain(cert: string, key: string, ca: string): Promise<string[]> {
  const server = createServer({ tls: { cert, key } })
  closeAtEnd(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const client = await connect(`tls://127.0.0.1:${portOf(server)}`, { tls: { ca } })
  const names: string[] = []
  let certificate = client.tls?.peerCertificate
  for (; certificate !== undefined; certificate = certificate.issuerCertificate) {
    names.push(`${certificate.subject} by ${certificate.issuer}`)
  }
  await client.close()
  return names
}

it('a client sees the whole chain that a server shows, and no more', async () => {
  const root = await createAuthority('Root')
  const between = await root.vouchFor('Between')
  const site = { name: 'site', names: ['127.0.0.1'] }
  const direct = await root.issue(site)
  expect(await showChain(direct.cert, direct.key, root.cert)).toEqual(['CN=site by CN=Root'])
  const { cert, key } = await between.issue(site)
  const chain = ['CN=site by CN=Between', 'CN=Between by CN=Root']
  expect(await showChain(cert, key, root.cert)).toEqual(chain)
  const all = [...chain, 'CN=Root by CN=Root']
  expect(await showChain(cert + root.cert, key, root.cert)).toEqual(all)
})
