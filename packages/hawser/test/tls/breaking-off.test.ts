import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { type Connection, connect, createServer, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { closeAtEnd, nextConnection, portOf } from '../server/support/serving.js'
import { identities, siteTls } from './support/identities.js'

forbidStrayErrors()

const large = 'x'.repeat(8 * 1024 * 1024)

interface Pair {
  readonly port: number
  readonly connection: Connection<string, string>
  readonly client: tls.TLSSocket
  /** The client's socket beneath. */
  readonly beneath: net.Socket
}

/** A client of `node:tls` at a server that answers `large` at length, and else with what it got. */
async function open(options: tls.ConnectionOptions = {}): Promise<Pair> {
  const { ca } = await identities
  const server = createServer<string, string>(
    { framing: lines({ maxFrame: large.length }), tls: await siteTls() },
    {
      message: (connection, line) =>
        void connection.send(line === 'large' ? large : line).catch(() => undefined),
    },
  )
  closeAtEnd(server)
  const accepted = nextConnection(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const port = portOf(server)
  const beneath = net.connect(port, '127.0.0.1')
  const client = tls.connect({ socket: beneath, ca, servername: 'localhost', ...options })
  onTestFinished(() => void client.destroy())
  for (const socket of [beneath, client]) socket.on('error', () => undefined)
  await once(client, 'secureConnect')
  return { port, connection: await accepted, client, beneath }
}

describe.each(['small', 'large'])('a TLS client that got a %s answer', (size) => {
  it('and asks for another handshake is sent away, and others are served', async () => {
    const { port, connection, client } = await open({ maxVersion: 'TLSv1.2' })
    client.write(`${size}\n`)
    await once(client, 'data')
    client.resume()
    client.renegotiate({ rejectUnauthorized: false }, () => undefined)
    expect(await connection.closed).toMatchObject({ by: 'error', reason: 'connection-failed' })
    const other = await connect(`tls://127.0.0.1:${port}`, {
      framing: lines(),
      tls: { ca: (await identities).ca },
    })
    await other.send('hello')
    for await (const line of other) {
      expect(line).toBe('hello')
      break
    }
    await other.close()
  })
})

it('a TLS client that resets while an answer is under way is seen to reset', async () => {
  const { connection, client, beneath } = await open()
  client.pause()
  client.write('large\n')
  while (connection.unsent === 0) await new Promise(setImmediate)
  beneath.resetAndDestroy()
  const info = await connection.closed
  expect(info).toMatchObject({ by: 'remote', reason: 'reset' })
  expect(info.unsent).toBeGreaterThan(0)
})
