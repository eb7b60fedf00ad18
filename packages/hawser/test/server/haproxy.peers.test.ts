import {
  connect,
  type Connection,
  type ConnectOptions,
  lines,
  type ProxyHeader,
  type Server,
  type ServerOptions,
} from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { describePeer } from '../../../../test/support/peers.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { startHaproxy } from './support/haproxy.js'
import { make, portOf } from './support/serving.js'

forbidStrayErrors()

type Text = Connection<string, string>

interface Behind {
  readonly server: Server<string, string>
  readonly accepted: Text[]
  /** The headers of connections for clients. */
  readonly headers: ProxyHeader[]
}

/** A server that expects headers from this machine, and sends every line back. */
async function behind(options: ServerOptions<string, string> = {}): Promise<Behind> {
  const accepted: Text[] = []
  const headers: ProxyHeader[] = []
  const server = make(
    {
      framing: lines(),
      proxyProtocol: { mode: 'require', trusted: ['127.0.0.0/8', '::1'] },
      ...options,
    },
    {
      open(connection: Text) {
        accepted.push(connection)
        const { proxyHeader } = connection
        if (proxyHeader?.command === 'proxy') headers.push(proxyHeader)
      },
      message: (connection: Text, line: string) => void connection.send(line.toUpperCase()),
    },
  )
  await server.listen('tcp://127.0.0.1:0')
  return { server, accepted, headers }
}

/** Send a line to `port` and take the answer. */
async function talk(
  port: number,
  options: ConnectOptions<string, string> = {},
  scheme = 'tcp',
): Promise<Text> {
  const client = await connect(`${scheme}://127.0.0.1:${port}`, { framing: lines(), ...options })
  onTestFinished(() => client.reset())
  await client.send('hello')
  for await (const line of client) {
    expect(line).toBe('HELLO')
    break
  }
  return client
}

describePeer('haproxy', 'behind HAProxy', (program) => {
  it.each([
    ['send-proxy', 1],
    ['send-proxy-v2', 2],
  ] as const)('%s names the client and where it connected to', async (option, version) => {
    const { server, accepted } = await behind()
    const port = await startHaproxy(program, { target: portOf(server), server: option })
    const client = await talk(port, { localAddress: '127.0.0.7' })
    expect(accepted[0]).toMatchObject({
      remote: { address: '127.0.0.7', family: 'IPv4', port: client.localPort },
      local: { address: '127.0.0.1', family: 'IPv4', port },
      peer: { address: '127.0.0.1', family: 'IPv4' },
      proxyHeader: { version, command: 'proxy', tlvs: {} },
    })
    expect(accepted[0]?.peer?.port).not.toBe(client.localPort)
  })

  it.each(['send-proxy', 'send-proxy-v2'])('%s names a client on IPv6', async (option) => {
    const { server, accepted } = await behind()
    const target = portOf(server)
    const port = await startHaproxy(program, { target, server: option, host: '::1' })
    const client = await connect({ host: '::1', port }, { framing: lines() })
    onTestFinished(() => client.reset())
    await until(() => accepted.length === 1)
    expect(accepted[0]).toMatchObject({
      remote: { address: '::1', family: 'IPv6', port: client.localPort },
      local: { address: '::1', family: 'IPv6', port },
    })
  })

  it('tells what it knows of TLS and of the connection, with a checksum', async () => {
    const authority = await createAuthority('Hawser tests')
    const site = await authority.issue({ name: 'site.example', names: ['a.example'] })
    const bob = await authority.issue({ name: 'Bob' })
    const { server, headers } = await behind()
    const port = await startHaproxy(program, {
      target: portOf(server),
      bind: 'ssl crt {folder}/site.pem ca-file {folder}/ca.pem verify optional alpn h2,http/1.1',
      server:
        'send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id',
      files: { 'site.pem': `${site.cert}\n${site.key}`, 'ca.pem': authority.cert },
    })
    const trust = { ca: authority.cert, servername: 'a.example' }
    const client = await talk(
      port,
      { tls: { ...trust, ...bob, alpn: ['http/1.1'] }, localAddress: '127.0.0.7' },
      'tls',
    )
    expect(headers[0]).toMatchObject({
      version: 2,
      source: { address: '127.0.0.7', port: client.localPort },
      tlvs: {
        alpn: 'http/1.1',
        authority: 'a.example',
        crc32c: true,
        uniqueId: Uint8Array.from(
          Buffer.from(`7F000007:${client.localPort?.toString(16).toUpperCase()}`),
        ),
        ssl: {
          overTls: true,
          certificateOnConnection: true,
          certificateInSession: true,
          verify: 0,
          version: 'TLSv1.3',
          commonName: 'Bob',
          cipher: expect.stringMatching(/^TLS_\w+$/),
          signatureAlgorithm: expect.stringMatching(/SHA256/i),
          keyAlgorithm: 'EC256',
        },
      },
    })
    await talk(port, { tls: trust }, 'tls')
    expect(headers[1]?.tlvs).toMatchObject({
      ssl: { overTls: true, certificateOnConnection: false, certificateInSession: false },
    })
    expect(headers[1]?.tlvs.ssl).not.toHaveProperty('commonName')
  })

  it('passes TLS through to us, behind its header', async () => {
    const authority = await createAuthority('Hawser tests')
    const site = await authority.issue({ name: 'site', names: ['127.0.0.1'] })
    const { server, accepted } = await behind({ tls: site })
    await server.listen('tls://127.0.0.1:0')
    const target = (server.addresses()[1] as { port: number }).port
    const port = await startHaproxy(program, { target, server: 'send-proxy-v2' })
    await talk(port, { tls: { ca: authority.cert }, localAddress: '127.0.0.7' }, 'tls')
    expect(accepted[0]).toMatchObject({
      remoteAddress: '127.0.0.7',
      tls: { protocol: 'TLSv1.3' },
      proxyHeader: { version: 2 },
    })
  })

  it.each([
    ['send-proxy-v2', 'local'],
    ['check-send-proxy send-proxy-v2', 'local'],
    ['send-proxy', 'proxy'],
  ])('checks with %s are answered, and clients are let through', async (option, command) => {
    const { server, accepted, headers } = await behind({ allow: ['127.0.0.7', '127.0.0.1'] })
    const port = await startHaproxy(program, {
      target: portOf(server),
      server: `${option} check inter 50`,
      lines: ['option tcp-check', 'tcp-check send check\\n', 'tcp-check expect string CHECK'],
    })
    await until(() => accepted.length > 2)
    expect(accepted[0]?.proxyHeader?.command).toBe(command)
    expect(accepted[0]?.remoteAddress).toBe('127.0.0.1')
    expect(await accepted[0]?.closed).toMatchObject({ bytesRead: 6, bytesWritten: 6 })
    await talk(port, { localAddress: '127.0.0.7' })
    expect(headers.at(-1)?.source).toMatchObject({ address: '127.0.0.7' })
  })

  it('checks that only connect are no refusals, and clients are let through', async () => {
    const { server } = await behind()
    const target = portOf(server)
    const port = await startHaproxy(program, { target, server: 'send-proxy-v2 check inter 50' })
    // It sends its header and resets: what the operating system has thrown away is not seen.
    await until(() => server.info().vanished + server.info().accepted > 2)
    await talk(port)
    expect(server.refused).toMatchObject({ 'proxy-header-invalid': 0, 'proxy-header-timeout': 0 })
  })

  it('checks of a TLS endpoint are no refusals', async () => {
    const authority = await createAuthority('Hawser tests')
    const site = await authority.issue({ name: 'site', names: ['127.0.0.1'] })
    const { server, accepted } = await behind({ tls: site })
    await server.listen('tls://127.0.0.1:0')
    const target = (server.addresses()[1] as { port: number }).port
    await startHaproxy(program, { target, server: 'send-proxy-v2 check inter 50' })
    await until(() => server.info().vanished > 2)
    expect(accepted).toEqual([])
    expect(server.refused).toMatchObject({ 'tls-handshake-failed': 0, 'proxy-header-invalid': 0 })
  })

  it('a client that is denied does not get through, and its neighbour does', async () => {
    const { server, accepted } = await behind({ deny: ['127.0.0.7'], maxPerAddress: 1 })
    const port = await startHaproxy(program, { target: portOf(server), server: 'send-proxy' })
    await talk(port, { localAddress: '127.0.0.8' })
    const denied = await connect({ host: '127.0.0.1', port }, { localAddress: '127.0.0.7' })
    await denied.closed
    const second = await connect({ host: '127.0.0.1', port }, { localAddress: '127.0.0.8' })
    await second.closed
    await talk(port, { localAddress: '127.0.0.9' })
    expect(accepted.map(({ remoteAddress }) => remoteAddress)).toEqual(['127.0.0.8', '127.0.0.9'])
    expect(server.refused).toMatchObject({ denied: 1, 'per-address': 1 })
  })
})

describePeer('haproxy', 'HAProxy takes our header', (program) => {
  const source = { address: '203.0.113.7', port: 4711 }
  const destination = { address: '198.51.100.1', port: 443 }

  it.each([
    ['version 1', { version: 1, source, destination }],
    ['version 2', { version: 2, source, destination }],
    ['a checksum', { version: 2, source, destination, tlvs: { crc32c: true, alpn: 'h2' } }],
    [
      'IPv6',
      {
        version: 2,
        source: { address: '2001:db8::7', port: 4711 },
        destination: { address: '2001:db8::1', port: 443 },
      },
    ],
    [
      'IPv6 in version 1',
      {
        version: 1,
        source: { address: '2001:db8::7', port: 4711 },
        destination: { address: '2001:db8::1', port: 443 },
      },
    ],
  ] as const)('of %s, and hands it on', async (_, proxyProtocol) => {
    const { server, headers } = await behind()
    const port = await startHaproxy(program, {
      target: portOf(server),
      bind: 'accept-proxy',
      server: 'send-proxy-v2',
    })
    await talk(port, { proxyProtocol })
    expect(headers[0]).toMatchObject({
      version: 2,
      source: proxyProtocol.source,
      destination: proxyProtocol.destination,
    })
  })

  it('of our own connection, in either version', async () => {
    const { server, headers } = await behind()
    const port = await startHaproxy(program, {
      target: portOf(server),
      bind: 'accept-proxy',
      server: 'send-proxy',
    })
    for (const version of [1, 2] as const) {
      for (const local of [false, true]) {
        const client = await talk(port, { proxyProtocol: { version, local } })
        expect(headers.at(-1)?.source).toMatchObject({
          address: '127.0.0.1',
          port: client.localPort,
        })
      }
    }
  })

  it('before TLS', async () => {
    const authority = await createAuthority('Hawser tests')
    const site = await authority.issue({ name: 'site', names: ['127.0.0.1'] })
    const { server, headers } = await behind()
    const port = await startHaproxy(program, {
      target: portOf(server),
      bind: 'accept-proxy ssl crt {folder}/site.pem',
      server: 'send-proxy-v2',
      files: { 'site.pem': `${site.cert}\n${site.key}` },
    })
    const proxyProtocol = { version: 2, source, destination } as const
    await talk(port, { proxyProtocol, tls: { ca: authority.cert } }, 'tls')
    expect(headers[0]).toMatchObject({ source })
  })
})
