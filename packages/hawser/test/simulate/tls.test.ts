import {
  type Connection,
  connect,
  createServer,
  lines,
  type Server,
  type ServerOptions,
  type TlsServerOptions,
} from 'hawser'
import { simulate, type SimulateOptions, type World } from 'hawser/simulate'
import { describe, expect, it } from 'vitest'
import { siteTls } from '../tls/support/identities.js'

const hosts = ['server', 'client']

/** Run a program against an echo server on the host `server`. */
async function withServer(
  options: Pick<SimulateOptions, 'network'> & { readonly tls?: TlsServerOptions | undefined },
  program: (world: World, server: Server<string, string>) => Promise<void>,
): Promise<void> {
  const { tls = await siteTls(), network } = options
  await simulate({ seed: 1, hosts, network }, async (world) => {
    const server = await serve(world, { tls })
    await program(world, server)
    await server.close({ drain: 0 })
  })
}

async function serve(
  world: World,
  options: ServerOptions<string, string>,
): Promise<Server<string, string>> {
  const server = createServer(
    { ...world.host('server').options, framing: lines(), onError: () => undefined, ...options },
    { message: (connection, line) => connection.trySend(line) },
  )
  await server.listen('tls://*:8000')
  return server
}

function dial(world: World, more = {}): Promise<Connection<string, string>> {
  const { options } = world.host('client')
  return connect('tls://server:8000', { ...options, framing: lines(), ...more })
}

async function say(connection: Connection<string, string>, line: string): Promise<unknown> {
  await connection.send(line)
  for await (const reply of connection) return reply
  return undefined
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: { code: unknown }) => error.code,
  )
}

describe('TLS on a simulated network', () => {
  it('takes a round trip more to connect, and says what was agreed on', async () => {
    const tls = await siteTls({ alpn: ['chat/2', 'chat/1'] })
    await withServer({ network: { latency: 20 }, tls }, async (world) => {
      const connection = await dial(world, { tls: { alpn: ['chat/1', 'chat/0'] } })
      expect(world.now()).toBe(80)
      expect(connection.tls).toMatchObject({ protocol: 'TLSv1.3', alpn: 'chat/1' })
      expect(await say(connection, 'hello')).toBe('hello')
      await connection.close()
    })
  })

  it('delivers what comes right behind the handshake, however it is cut', async () => {
    for (const chunkSize of [1, 7, 100, 2_404, Infinity]) {
      await withServer({ network: { chunkSize } }, async (world) => {
        const connection = await dial(world)
        expect(await say(connection, 'at once')).toBe('at once')
        const { bytesRead, bytesWritten } = await connection.close()
        expect([bytesRead, bytesWritten]).toEqual([8, 8])
      })
    }
  })

  it('begins in the middle of a conversation', async () => {
    const tls = await siteTls()
    await simulate({ seed: 1, hosts, network: { latency: 20 } }, async (world) => {
      const heard: string[] = []
      const server = createServer(
        { ...world.host('server').options, framing: lines(), tls },
        {
          async message(connection, line) {
            heard.push(`${line} ${connection.tls === undefined ? 'plain' : 'secure'}`)
            if (line === 'STARTTLS') await connection.startTls({ reply: 'go' })
            else await connection.send('ok')
          },
        },
      )
      await server.listen('tcp://*:8000')
      const { options } = world.host('client')
      const client = await connect('tcp://server:8000', { ...options, framing: lines() })
      expect(await say(client, 'STARTTLS')).toBe('go')
      await client.startTls()
      expect(world.now()).toBe(120)
      expect(await say(client, 'ahoy')).toBe('ok')
      expect(heard).toEqual(['STARTTLS plain', 'ahoy secure'])
      await client.close()
      await server.close()
    })
  })

  it('refuses a client that speaks plain text', async () => {
    await withServer({}, async (world, server) => {
      const { options } = world.host('client')
      const connection = await connect('tcp://server:8000', { ...options, framing: lines() })
      await connection.send('GET / HTTP/1.1')
      await connection.closed
      expect(server.info().refused).toMatchObject({ 'tls-handshake-failed': 1 })
    })
  })

  it('fails with a server that speaks plain text', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const { options } = world.host('server')
      const server = createServer({ ...options, framing: lines() }, (connection) =>
        connection.send('hello'),
      )
      await server.listen('tcp://*:8000')
      await expect(dial(world)).rejects.toMatchObject({
        code: 'HAWSER_TLS_HANDSHAKE_FAILED',
        message: expect.stringContaining('plain text') as string,
      })
      await server.close()
    })
  })

  it('fails where the two sides have no protocol in common', async () => {
    await withServer({ tls: await siteTls({ alpn: ['one'] }) }, async (world) => {
      await expect(dial(world, { tls: { alpn: ['other'] } })).rejects.toMatchObject({
        message: expect.stringContaining('ALPN') as string,
      })
    })
  })

  it('fails as often as the network is told to, and both sides know', async () => {
    await withServer({ network: { handshakeFailure: 0.5 } }, async (world, server) => {
      let failed = 0
      for (let count = 0; count < 40; count += 1) {
        const connection = await dial(world).catch((error: { code: unknown }) => {
          expect(error.code).toBe('HAWSER_TLS_HANDSHAKE_FAILED')
          failed += 1
        })
        await connection?.close()
      }
      expect(failed).toBeGreaterThan(10)
      expect(failed).toBeLessThan(30)
      expect(server.info().refused['tls-handshake-failed']).toBe(failed)
    })
  })

  it('ends in time when the way is cut in the middle of the handshake', async () => {
    const tls = await siteTls({ handshakeTimeout: 3_000 })
    await withServer({ network: { latency: 20 }, tls }, async (world, server) => {
      const dialling = codeOf(dial(world, { connectTimeout: 1_000 }))
      await world.sleep(50)
      world.cut('server', 'client')
      expect(await dialling).toBe('HAWSER_CONNECT_TIMEOUT')
      await world.sleep(5_000)
      expect(server.info().opening).toBe(0)
      world.calm()
    })
  })

  it('ends when it is aborted, or the peer is killed, in the middle of the handshake', async () => {
    const tls = await siteTls()
    await simulate({ seed: 1, hosts, network: { latency: 20 } }, async (world) => {
      void world.host('server').start(() => serve(world, { tls }))
      const abort = new AbortController()
      const aborted = codeOf(dial(world, { signal: abort.signal }))
      const cutOff = codeOf(dial(world))
      await world.sleep(50)
      abort.abort()
      world.host('server').kill()
      expect(await aborted).toBe('HAWSER_ABORTED')
      expect(await cutOff).toBe('HAWSER_TLS_HANDSHAKE_FAILED')
    })
  })
})
