import { createServer as createHttpServer, get } from 'node:http'
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { attach, connect, type Connection, createServer, lines, raw, sniff } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'

type Protocol = 'tls' | 'http' | 'own'

const port = sniff<Protocol>({
  choose([byte = 0, next]) {
    if (byte === 0x16) return 'tls'
    if (byte !== 0x47) return 'own'
    return next === undefined ? undefined : next === 0x45 ? 'http' : 'own'
  },
})

async function first<Message>(
  connection: Connection<Message, never>,
): Promise<Message | undefined> {
  for await (const message of connection) return message
  return undefined
}

async function echo(connection: Connection<string, string>): Promise<void> {
  for await (const line of connection) await connection.send(line.toUpperCase())
}

it('HTTP, TLS and a protocol of its own share a port', async () => {
  const authority = await createAuthority('one port')
  const { cert, key } = await authority.issue({ name: 'localhost', names: ['localhost'] })
  const web = createHttpServer((request, response) => response.end(`page ${request.url}`))
  const secure = createTlsServer({ cert, key }, (socket: TLSSocket) => {
    void echo(attach<string, string>(socket, { framing: lines() }))
  })
  const server = createServer({ framing: port }, async (connection) => {
    const protocol = await first(connection)
    if (protocol === 'own') return echo(connection.switchFraming(lines()))
    const stream = connection.switchFraming(raw()).duplex()
    if (protocol === 'http') web.emit('connection', stream)
    if (protocol === 'tls') secure.emit('connection', stream)
    await connection.closed
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => void server.close({ drain: 0 }))
  const address = server.address()
  const place = {
    host: '127.0.0.1',
    port: address !== null && typeof address === 'object' ? address.port : 0,
  }

  const own = await connect(place, { framing: lines() })
  await own.send('Go on')
  expect(await first(own as Connection<string, never>)).toBe('GO ON')
  await own.close()

  const [response] = (await once(get({ ...place, path: '/index', agent: false }), 'response')) as [
    AsyncIterable<Uint8Array>,
  ]
  let page = ''
  for await (const piece of response) page += Buffer.from(piece).toString()
  expect(page).toBe('page /index')

  const socket = connectTls({ ...place, ca: authority.cert, servername: 'localhost' })
  await once(socket, 'secureConnect')
  const hidden = attach<string, string>(socket, { framing: lines() })
  await hidden.send('secret')
  expect(await first(hidden as Connection<string, never>)).toBe('SECRET')
  await hidden.close()

  const silent = await connect(place, { framing: raw() })
  await silent.send('G')
  await silent.end()
  expect((await silent.closed).reason).toBe('ended')
  await server.close({ drain: 1_000 })
  expect(server.info().connections).toBe(0)
})
