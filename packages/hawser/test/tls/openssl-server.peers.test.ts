import { connect, type Connection, lines, type TlsClientOptions } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { describePeer } from '../../../../test/support/peers.js'
import { rejection } from '../server/support/serving.js'
import { identities } from './support/identities.js'
import { showing, startServer, trusting } from './support/openssl.js'

async function open(
  port: number,
  tls: TlsClientOptions = {},
  host = 'localhost',
): Promise<Connection<string, string>> {
  const { ca } = await identities
  const endpoint = `tls://${host}:${port}`
  const client = await connect(endpoint, { framing: lines(), family: 4, tls: { ca, ...tls } })
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  return client
}

/** The next line that a connection brings. */
async function nextLine(client: Connection<string, string>): Promise<string | undefined> {
  for await (const line of client) return line
  return undefined
}

describePeer('openssl', 'a client that talks to openssl s_server', (openssl) => {
  it.each(['1_2', '1_3'])('verifies it and talks by TLS %s', async (version) => {
    const { server, port } = await startServer(openssl, `-tls${version}`)
    const client = await open(port)
    expect(client.tls).toMatchObject({
      protocol: `TLSv${version.replace('_', '.')}`,
      servername: 'localhost',
      authorized: true,
      authorizationError: undefined,
      alpn: undefined,
      resumed: false,
      peerCertificate: { subject: 'CN=site', issuer: 'CN=Test CA' },
    })
    await client.send('ahoy')
    await server.prints(/ahoy/)
    server.type('back\n')
    expect(await nextLine(client)).toBe('back')
  })

  it('verifies an address where the endpoint is one, and asks for no name', async () => {
    const { server, port } = await startServer(openssl, '-tlsextdebug')
    const client = await open(port, {}, '127.0.0.1')
    expect(client.tls).toMatchObject({ authorized: true, servername: undefined })
    await client.send('ahoy')
    await server.prints(/ahoy/)
    expect(server.printed).not.toContain('TLS client extension "server name"')
  })

  it.each([
    [
      'of an authority that is not trusted',
      'foreign',
      /its issuer is not known \([A-Z_]+\): .*tls\.ca/,
    ],
    ['for another name', 'wrongName', /it is for other names .*other\.example/],
    [
      'that has expired',
      'expired',
      /it has expired \(CERT_HAS_EXPIRED\): renew it, and check the clocks/,
    ],
    [
      'that is not valid yet',
      'future',
      /it is not valid yet \(CERT_NOT_YET_VALID\): check the clocks/,
    ],
  ] as const)('does not accept a certificate %s', async (_what, who, message) => {
    const known = await identities
    const { port } = await startServer(openssl, ...showing(known[who]))
    expect(await rejection(open(port))).toMatchObject({
      name: 'TlsError',
      code: 'HAWSER_TLS_CERTIFICATE_INVALID',
      message: expect.stringMatching(message) as string,
      op: 'handshake',
      remote: { address: '127.0.0.1', port },
    })
  })

  it.each([
    ['foreign', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('accepts %s when it may be insecure, and says what it is', async (who, fault) => {
    const known = await identities
    const { server, port } = await startServer(openssl, ...showing(known[who]))
    const client = await open(port, { insecure: true })
    expect(client.tls).toMatchObject({ authorized: false, authorizationError: fault })
    await client.send('ahoy')
    await server.prints(/ahoy/)
  })

  it('trusts nobody but the authorities that Node.js knows unless told to', async () => {
    const { port } = await startServer(openssl)
    expect(await rejection(open(port, { ca: undefined }))).toMatchObject({
      code: 'HAWSER_TLS_CERTIFICATE_INVALID',
    })
  })

  it('verifies another name than the host where it is told to', async () => {
    const known = await identities
    const { server, port } = await startServer(openssl, ...showing(known.wrongName), '-tlsextdebug')
    expect(await rejection(open(port, { servername: 'localhost' }))).toMatchObject({
      code: 'HAWSER_TLS_CERTIFICATE_INVALID',
    })
    const client = await open(port, { servername: 'other.example' })
    expect(client.tls).toMatchObject({ authorized: true, servername: 'other.example' })
    await client.send('ahoy')
    await server.prints(/other\.examp/)
  })

  it.each(['1', '1_1'])('does not speak TLS %s', async (version) => {
    const { port } = await startServer(openssl, `-tls${version}`, '-cipher', 'DEFAULT@SECLEVEL=0')
    expect(await rejection(open(port))).toMatchObject({
      code: 'HAWSER_TLS_HANDSHAKE_FAILED',
      message: 'the TLS handshake failed: the two sides have no protocol version in common',
    })
  })

  it('does not speak TLS 1.2 where 1.3 is the least', async () => {
    const { port } = await startServer(openssl, '-tls1_2')
    expect(await rejection(open(port, { minVersion: 'TLSv1.3' }))).toMatchObject({
      message: 'the TLS handshake failed: the two sides have no protocol version in common',
    })
  })

  it('shows its certificate to a server that asks for one', async () => {
    const known = await identities
    const asking = ['-Verify', '2', ...trusting(known.ca)]
    const { server, port } = await startServer(openssl, ...asking)
    const client = await open(port, known.ann)
    await client.send('ahoy')
    await server.prints(/ahoy/)
    expect(server.printed).toMatch(/subject=CN = Ann/)
  })

  it.each([
    ['none', undefined, /peer asks for another certificate of ours|no cipher in common/],
    ['one of another authority', 'eve', /peer does not know the authority of our certificate/],
    ['one that has expired', 'lateAnn', /peer says that our certificate has expired/],
  ] as const)(
    'by TLS 1.2 learns in connecting why a server refuses: it shows %s',
    async (_what, who, message) => {
      const known = await identities
      const asking = ['-Verify', '2', ...trusting(known.ca), '-tls1_2']
      const { port } = await startServer(openssl, ...asking)
      const shown = who === undefined ? {} : known[who]
      expect(await rejection(open(port, shown))).toMatchObject({
        code: 'HAWSER_TLS_HANDSHAKE_FAILED',
        message: expect.stringMatching(message) as string,
      })
    },
  )

  it.each([
    ['none', undefined, /TLS ended the connection: the peer asks for another certificate of ours/],
    [
      'one of another authority',
      'eve',
      /TLS ended .*does not know the authority of our certificate/,
    ],
    ['one that has expired', 'lateAnn', /TLS ended .*says that our certificate has expired/],
  ] as const)(
    'by TLS 1.3 learns on the connection why a server refuses: it shows %s',
    async (_what, who, message) => {
      const known = await identities
      const asking = ['-Verify', '2', ...trusting(known.ca), '-tls1_3']
      const { port } = await startServer(openssl, ...asking)
      // RFC 8446, section 4.4.2.4: the client is done before the server has looked at its certificate.
      const client = await open(port, who === undefined ? {} : known[who])
      const info = await client.closed
      expect(info.error).toMatchObject({
        code: 'HAWSER_CONNECTION_FAILED',
        message: expect.stringMatching(message) as string,
      })
    },
  )

  it('agrees with the server on a protocol (ALPN)', async () => {
    const { server, port } = await startServer(openssl, '-alpn', 'ahoy/2,ahoy/1')
    const client = await open(port, { alpn: ['ahoy/1', 'ahoy/2'] })
    expect(client.tls?.alpn).toBe('ahoy/2')
    await client.send('ahoy')
    await server.prints(/ahoy/)
  })

  it('is refused where they have no protocol in common', async () => {
    const { port } = await startServer(openssl, '-alpn', 'ahoy/1')
    expect(await rejection(open(port, { alpn: ['h2'] }))).toMatchObject({
      code: 'HAWSER_TLS_HANDSHAKE_FAILED',
      message: expect.stringContaining('no application protocol (ALPN) in common') as string,
    })
  })

  it('sees the end of the server', async () => {
    const { server, port } = await startServer(openssl)
    const client = await open(port)
    await client.send('ahoy')
    await server.prints(/ahoy/)
    server.type('Q\n')
    expect(await nextLine(client)).toBeUndefined()
    expect((await client.closed).error).toBeUndefined()
  })
})
