import { once } from 'node:events'
import tls from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Pair } from '../../../../test/support/certificates.js'
import { identities } from './support/identities.js'
import { serveTls } from './support/serving.js'

type Version = 'TLSv1.2' | 'TLSv1.3'

interface Visit {
  /** The last session that the server gave. */
  readonly session: Buffer | undefined
  readonly resumed: boolean
}

/** Shows a certificate under a name, has a line answered, and leaves. Rejects when it is not let in. */
async function visit(port: number, { servername, version, session, who }: Visitor): Promise<Visit> {
  const { ca } = await identities
  const range = { minVersion: version, maxVersion: version }
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    servername,
    checkServerIdentity: () => undefined,
    ca,
    ...who,
    ...range,
    ...(session === undefined ? {} : { session }),
  })
  onTestFinished(() => void socket.destroy())
  let last: Buffer | undefined
  socket.on('session', (given) => (last = given))
  socket.write('ahoy\n')
  await once(socket, 'data')
  const resumed = socket.isSessionReused()
  socket.end()
  await once(socket, 'close')
  return { session: last, resumed }
}

interface Visitor {
  readonly servername: string
  readonly version: Version
  readonly who: Pair
  readonly session?: Buffer | undefined
}

describe.each<Version>(['TLSv1.2', 'TLSv1.3'])('a session of %s', (version) => {
  it('is taken up again, and its client is still known', async () => {
    const { ca, ann } = await identities
    const { port, server } = await serveTls({ ca, clientCertificate: 'require' })
    const visitor: Visitor = { servername: 'localhost', version, who: ann }
    const { session } = await visit(port, visitor)
    const connection = once(server, 'connection')
    expect(await visit(port, { ...visitor, session })).toMatchObject({ resumed: true })
    expect(await connection).toMatchObject([{ tls: { resumed: true, authorized: true } }])
  })

  it('opens no other name, whose authority does not vouch for its client', async () => {
    const { ca, otherCa, aExample, anyBExample, ann } = await identities
    const { port, refusal } = await serveTls({
      ca,
      clientCertificate: 'require',
      sni: { 'a.example': { ...aExample }, '*.b.example': { ...anyBExample, ca: otherCa } },
    })
    const { session } = await visit(port, { servername: 'a.example', version, who: ann })
    const visitor: Visitor = { servername: 'x.b.example', version, who: ann, session }
    await expect(visit(port, visitor)).rejects.toThrow()
    expect(await refusal).toMatchObject({
      reason: 'tls-certificate-invalid',
      error: { code: 'HAWSER_TLS_CERTIFICATE_INVALID' },
    })
  })

  it('is worth nothing once another authority vouches for clients', async () => {
    const { ca, otherCa, site, ann } = await identities
    const { port, server, refusal } = await serveTls({ ca, clientCertificate: 'require' })
    const visitor: Visitor = { servername: 'localhost', version, who: ann }
    const { session } = await visit(port, visitor)
    server.setTls({ ...site, ca: otherCa, clientCertificate: 'require' })
    await expect(visit(port, { ...visitor, session })).rejects.toThrow()
    expect(await refusal).toMatchObject({ reason: 'tls-certificate-invalid' })
  })
})
