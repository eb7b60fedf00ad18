import net from 'node:net'
import { connect, type Connection, lines } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createSecure } from '../server/support/secure.js'
import { nextConnection, portOf, serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

/** Somebody between a client and a server, who changes what the client says. */
async function tamper(port: number): Promise<{
  readonly port: number
  /** What is done to bytes on their way; undefined keeps them. */
  change: (bytes: Buffer) => Buffer | undefined
  /** End the client's direction in the server's eyes. */
  cut(): void
}> {
  const sockets: net.Socket[] = []
  const listener = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1')
    sockets.push(near, far)
    near.on('data', (bytes) => {
      const changed = between.change(bytes)
      if (changed !== undefined) far.write(changed)
    })
    far.on('data', (bytes) => near.write(bytes))
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => {}).on('close', () => other.destroy())
    }
    between.cut = () => far.end()
  })
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    listener.close()
    for (const socket of sockets) socket.destroy()
  })
  const between = {
    port: (listener.address() as net.AddressInfo).port,
    change: (bytes: Buffer): Buffer | undefined => bytes,
    cut: (): void => {},
  }
  return between
}

it('a bit that is changed under TLS ends both ends, and no message is made of it', async () => {
  const { tls, ca } = await createSecure()
  const taken: string[] = []
  const message = (connection: Connection<string, string>, line: string): void => {
    taken.push(line)
    void connection.send(line)
  }
  const server = await serve({ framing: lines(), tls }, { message })
  const between = await tamper(portOf(server))
  const served = nextConnection(server)
  const client = await connect(`tls://127.0.0.1:${between.port}`, { framing: lines(), tls: { ca } })
  const answers = client[Symbol.asyncIterator]()
  await client.send('as it was')
  expect(await answers.next()).toMatchObject({ value: 'as it was' })

  between.change = (bytes) => {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    return bytes
  }
  await client.send('not as it was')
  await expect(answers.next()).rejects.toMatchObject({
    code: 'HAWSER_CONNECTION_FAILED',
    message: expect.stringContaining('changed on their way') as string,
  })
  const { reason, error } = await (await served).closed
  expect(reason).toBe('connection-failed')
  expect(error?.message).toContain('changed on their way')
  expect(taken).toEqual(['as it was'])
})

it('a line that is cut off under TLS is no message where its end is required', async () => {
  const { tls, ca } = await createSecure()
  const taken: string[] = []
  const server = await serve(
    { framing: lines({ unterminated: 'reject' }), tls },
    { message: (_connection, line) => void taken.push(line) },
  )
  const between = await tamper(portOf(server))
  const served = nextConnection(server)
  const client = await connect(`tls://127.0.0.1:${between.port}`, { tls: { ca } })
  await client.send('whole\ntransfer 10')
  const connection = await served
  // Nothing announces that the beginning of a line was read.
  while (connection.bytesRead < 17) await new Promise(setImmediate)
  between.change = () => undefined
  await client.send('00\n')
  between.cut()
  expect(await connection.closed).toMatchObject({
    reason: 'frame-truncated',
    error: { code: 'HAWSER_FRAME_TRUNCATED' },
  })
  expect(taken).toEqual(['whole'])
  client.reset()
})
