import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { describePeer } from '../../../../test/support/peers.js'
import { until } from '../../../../test/support/until.js'
import { identities } from './support/identities.js'
import { showing, startClient, trusting } from './support/openssl.js'
import { serveTls } from './support/serving.js'

/** Versions that OpenSSL speaks only when its level of security is turned down. */
const old = ['-cipher', 'DEFAULT@SECLEVEL=0']

describePeer('openssl', 'a server, talked to by openssl s_client', (openssl) => {
  describe.each(['1_2', '1_3'])('by TLS %s', (version) => {
    it('is trusted for its authority and its name, and talks', async () => {
      const { ca } = await identities
      const { port, session } = await serveTls()
      const words = ['-verify_hostname', 'localhost', `-tls${version}`, '-servername', 'localhost']
      const client = startClient(openssl, port, ...trusting(ca), ...words)
      client.type('ahoy\n')
      await client.prints(/AHOY/)
      client.finish()
      expect((await client.ended).code).toBe(0)
      expect(client.printed).toContain('Verification: OK')
      expect(await session).toMatchObject({
        protocol: `TLSv${version.replace('_', '.')}`,
        cipher: expect.stringMatching(/^TLS_/) as string,
        alpn: undefined,
        servername: 'localhost',
        peerCertificate: undefined,
        authorized: false,
        authorizationError: undefined,
        resumed: false,
      })
    })

    it.each([
      ['missing', 'request', undefined, 'CERTIFICATE_MISSING'],
      ['of another authority', 'request', 'eve', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ['out of date', 'request', 'lateAnn', 'CERT_HAS_EXPIRED'],
      ['right', 'request', 'ann', undefined],
      ['right', 'require', 'ann', undefined],
      ['right', 'none', 'ann', undefined],
    ] as const)(
      'a client certificate that is %s is let in (%s)',
      async (_what, how, who, fault) => {
        const known = await identities
        const { port, session } = await serveTls({ ca: known.ca, clientCertificate: how })
        const shown = who === undefined ? [] : showing(known[who])
        const client = startClient(openssl, port, ...trusting(known.ca), `-tls${version}`, ...shown)
        client.type('ahoy\n')
        await client.prints(/AHOY/)
        const told = await session
        expect(told?.authorized).toBe(how !== 'none' && fault === undefined)
        expect(told?.authorizationError).toBe(fault)
        const subject = { ann: 'CN=Ann', eve: 'CN=Eve', lateAnn: 'CN=Late Ann' } as const
        expect(told?.peerCertificate?.subject).toBe(
          how === 'none' || who === undefined ? undefined : subject[who],
        )
        client.finish()
        await client.ended
      },
    )

    it.each([
      ['missing', undefined, 'tls-handshake-failed', /showed no certificate/],
      ['of another authority', 'eve', 'tls-certificate-invalid', /issuer is not known/],
      ['out of date', 'lateAnn', 'tls-certificate-invalid', /has expired/],
    ] as const)('a client certificate that is %s is refused', async (_what, who, why, message) => {
      const known = await identities
      const { port, refusal, server } = await serveTls({
        ca: known.ca,
        clientCertificate: 'require',
      })
      const shown = who === undefined ? [] : showing(known[who])
      const client = startClient(openssl, port, ...trusting(known.ca), `-tls${version}`, ...shown)
      const { reason, error } = await refusal
      expect(reason).toBe(why)
      expect(error?.message).toMatch(message)
      await client.ended
      expect(client.printed).not.toContain('AHOY')
      expect(server.info()).toMatchObject({ accepted: 0, connections: 0 })
      expect(server.info().refused[why]).toBe(1)
    })

    it('a session is taken up again', async () => {
      const known = await identities
      const { port, server } = await serveTls({ ca: known.ca, clientCertificate: 'require' })
      const file = join(createFolder(), 'session.pem')
      const resumed: unknown[] = []
      server.on('connection', ({ tls }) => resumed.push([tls?.resumed, tls?.authorized]))
      for (const words of [
        ['-sess_out', file],
        ['-sess_in', file],
      ]) {
        const client = startClient(
          openssl,
          port,
          ...[...trusting(known.ca), ...showing(known.ann), `-tls${version}`, ...words],
        )
        client.type('ahoy\n')
        await client.prints(/AHOY/)
        client.finish()
        await client.ended
      }
      expect(resumed).toEqual([
        [false, true],
        [true, true],
      ])
    })
  })

  it.each([
    ['of an authority that is not known', 'foreign', /unable to (?:verify|get local issuer)/i],
    ['for another name', 'wrongName', /hostname mismatch/i],
    ['that has expired', 'expired', /certificate has expired/i],
    ['that is not valid yet', 'future', /certificate is not yet valid/i],
  ] as const)('a certificate %s is not trusted', async (_what, who, complaint) => {
    const known = await identities
    const { port, refusal } = await serveTls(known[who])
    const words = [...trusting(known.ca), '-verify_hostname', 'localhost']
    const client = startClient(openssl, port, ...words)
    expect((await client.ended).code).not.toBe(0)
    expect(client.printed + client.complained).toMatch(complaint)
    const { reason, error } = await refusal
    expect([reason, error?.code]).toEqual(['tls-handshake-failed', 'HAWSER_TLS_HANDSHAKE_FAILED'])
    expect(error?.message).toMatch(/the peer|our certificate/)
  })

  it.each(['1', '1_1'])('TLS %s is refused', async (version) => {
    const { port, refusal } = await serveTls()
    const client = startClient(openssl, port, `-tls${version}`, ...old)
    expect((await client.ended).code).not.toBe(0)
    const { reason, error } = await refusal
    expect([reason, error?.message]).toEqual([
      'tls-handshake-failed',
      'the TLS handshake failed: the two sides have no protocol version in common',
    ])
  })

  it('TLS 1.2 is refused where 1.3 is the least', async () => {
    const { port, refusal } = await serveTls({ minVersion: 'TLSv1.3' })
    const client = startClient(openssl, port, '-tls1_2')
    expect((await client.ended).code).not.toBe(0)
    expect((await refusal).error?.message).toContain('no protocol version in common')
  })

  it('the server chooses the best protocol that the client offers (ALPN)', async () => {
    const { port, session } = await serveTls({ alpn: ['ahoy/2', 'ahoy/1'] })
    const client = startClient(openssl, port, '-alpn', 'other,ahoy/1,ahoy/2')
    await client.prints(/ALPN protocol: ahoy\/2/)
    expect((await session)?.alpn).toBe('ahoy/2')
    client.finish()
    await client.ended
  })

  it('a client that offers none of the protocols is refused', async () => {
    const { port, refusal } = await serveTls({ alpn: ['ahoy/1'] })
    const client = startClient(openssl, port, '-alpn', 'h2,http/1.1')
    expect((await client.ended).code).not.toBe(0)
    expect(client.complained).toMatch(/no application protocol/)
    expect((await refusal).error?.message).toContain('no application protocol (ALPN) in common')
  })

  it('a client that offers no protocol at all is let in', async () => {
    const { port, session } = await serveTls({ alpn: ['ahoy/1'] })
    const client = startClient(openssl, port)
    expect((await session)?.alpn).toBeUndefined()
    client.finish()
    await client.ended
  })

  it.each([
    ['a.example', 'a'],
    ['A.EXAMPLE', 'a'],
    ['x.b.example', 'b'],
    ['b.example', 'site'],
    ['x.y.b.example', 'site'],
    ['unknown.example', 'site'],
    [undefined, 'site'],
  ])('asked for %s it shows the certificate of %s', async (name, subject) => {
    const known = await identities
    const sni = { 'a.example': known.aExample, '*.b.example': known.anyBExample }
    const { port, session } = await serveTls({ sni })
    const words = name === undefined ? ['-noservername'] : ['-servername', name]
    const client = startClient(openssl, port, ...words)
    await client.prints(new RegExp(`^subject=CN = ${subject}$`, 'm'))
    expect((await session)?.servername?.toLowerCase()).toBe(name?.toLowerCase())
    client.finish()
    await client.ended
  })

  it('without a certificate for others, an unknown name is refused', async () => {
    const known = await identities
    const sni = { 'a.example': known.aExample }
    const { port, refusal } = await serveTls({ key: undefined, cert: undefined, sni })
    const client = startClient(openssl, port, '-servername', 'unknown.example')
    expect((await client.ended).code).not.toBe(0)
    expect((await refusal).error?.message).toContain('no certificate for that name')
  })

  it('a client that wants to negotiate again is not let, and the connection ends', async () => {
    const { port, server } = await serveTls()
    const client = startClient(openssl, port, '-tls1_2')
    client.type('ahoy\n')
    await client.prints(/AHOY/)
    client.type('R\n')
    expect((await client.ended).code).not.toBe(0)
    await until(() => server.info().connections === 0)
    expect(server.info().accepted).toBe(1)
  })
})
