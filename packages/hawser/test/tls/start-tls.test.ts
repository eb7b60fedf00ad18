import { once } from 'node:events'
import tls from 'node:tls'
import { connect, createServer, lines, type HawserError } from 'hawser'
import { connectPair, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtEnd, nextConnection, portOf, rejection } from '../server/support/serving.js'
import { identities, siteTls } from './support/identities.js'
import { ask, dialPlain, nextLine, upgrade } from './support/mail-client.js'
import { dialRaw, gone, recordHello } from './support/raw.js'
import { serveMail } from './support/smtp.js'

/** Sends bytes in plain text to a mail server, and waits until it has let go. */
async function inject(port: number, text: string): Promise<string> {
  const socket = await dialRaw(port)
  let answers = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answers += chunk))
  await once(socket, 'data')
  socket.write(text)
  await gone(socket)
  return answers
}

describe('STARTTLS', () => {
  it('goes on with the same connection, whose counters go on as well', async () => {
    const { port, commands } = await serveMail()
    const client = await upgrade(port)
    expect(client.tls).toMatchObject({ protocol: 'TLSv1.3', authorized: true })
    expect(await ask(client, 'noop')).toBe('250 secret')
    expect(commands).toEqual(['EHLO test', 'STARTTLS', '*noop'])
    expect(client.bytesWritten).toBe('EHLO test\r\nSTARTTLS\r\nnoop\r\n'.length)
    await client.close()
  })

  it.each([true, false])('works whichever way bytes are read (fastRead %s)', async (fastRead) => {
    const { port } = await serveMail({ fastRead })
    expect(await ask(await upgrade(port), 'noop')).toBe('250 secret')
  })

  it('works from a handler object, in the midst of a message', async () => {
    const answers: string[] = []
    const server = createServer<string, string>(
      { framing: lines(), tls: await siteTls() },
      {
        async message(connection, line) {
          answers.push(`${line} ${connection.tls === undefined ? 'plain' : 'secure'}`)
          if (line === 'STARTTLS') await connection.startTls({ reply: 'go' })
          else await connection.send('ok')
        },
      },
    )
    closeAtEnd(server)
    await server.listen('tcp://127.0.0.1:0')
    const client = await dialPlain(portOf(server))
    await client.send('STARTTLS')
    expect(await nextLine(client)).toBe('go')
    await client.startTls()
    await client.send('ahoy')
    expect(await nextLine(client)).toBe('ok')
    expect(answers).toEqual(['STARTTLS plain', 'ahoy secure'])
  })

  it('a hello that comes before the server has wrapped is no injection', async () => {
    const { ca } = await identities
    const { port, commands } = await serveMail()
    const socket = await dialRaw(port)
    await once(socket, 'data')
    socket.write('STARTTLS\r\n')
    const [reply] = (await once(socket, 'data')) as [Buffer]
    expect(reply.toString()).toBe('220 go ahead\r\n')
    const client = tls.connect({ socket, ca, servername: 'localhost' })
    await once(client, 'secureConnect')
    client.write('noop\r\n')
    const [answer] = (await once(client, 'data')) as [Buffer]
    expect(answer.toString()).toBe('250 secret\r\n')
    expect(commands).toEqual(['STARTTLS', '*noop'])
    client.destroy()
  })
})

describe('plain text behind STARTTLS', () => {
  it.each([
    ['a command in the same segment', 'STARTTLS\r\nRSET\r\n', 6],
    ['the beginning of a command', 'STARTTLS\r\nRS', 2],
    ['one byte', 'STARTTLS\r\nR', 1],
    ['many commands', `STARTTLS\r\n${'RSET\r\n'.repeat(1_000)}`, 6_000],
  ])('%s is refused, and obeyed neither before nor after', async (_what, text, held) => {
    const { port, commands, failures, server } = await serveMail()
    const closed = nextConnection(server).then((connection) => connection.closed)
    expect(await inject(port, text)).toBe('220 localhost ready\r\n')
    expect(commands).toEqual(['STARTTLS'])
    expect(failures).toMatchObject([
      {
        code: 'HAWSER_TLS_BUFFERED_PLAINTEXT',
        message: expect.stringMatching(new RegExp(`^${held} bytes of plain text`)) as string,
      },
    ])
    expect(await closed).toMatchObject({ error: { code: 'HAWSER_TLS_BUFFERED_PLAINTEXT' } })
  })

  it('that was sent after the answer is taken for a hello, and fails as one', async () => {
    const { port, commands, failures } = await serveMail()
    const socket = await dialRaw(port)
    await once(socket, 'data')
    socket.write('STARTTLS\r\n')
    await once(socket, 'data')
    socket.write('RSET\r\nRSET\r\n')
    await gone(socket)
    expect(commands).toEqual(['STARTTLS'])
    expect(failures).toMatchObject([{ code: 'HAWSER_TLS_HANDSHAKE_FAILED' }])
  })

  it('behind a server’s agreement makes a client refuse', async () => {
    const server = createServer({}, async (connection) => {
      // CVE-2011-0411 the other way round: an answer slipped in before TLS began.
      for await (const _ of connection) await connection.send('220 go ahead\r\n250 forged\r\n')
    })
    closeAtEnd(server)
    await server.listen('tcp://127.0.0.1:0')
    const client = await dialPlain(portOf(server))
    expect(await ask(client, 'STARTTLS')).toBe('220 go ahead')
    expect(await rejection(client.startTls())).toMatchObject({
      code: 'HAWSER_TLS_BUFFERED_PLAINTEXT',
    })
    expect((await client.closed).error?.code).toBe('HAWSER_TLS_BUFFERED_PLAINTEXT')
  })
})

describe('startTls', () => {
  it('may be called once', async () => {
    const { port } = await serveMail()
    const client = await dialPlain(port)
    await nextLine(client)
    await ask(client, 'STARTTLS')
    const first = client.startTls()
    expect(await rejection(client.startTls())).toMatchObject({
      code: 'HAWSER_TLS_UNAVAILABLE',
      message: 'TLS cannot begin on this connection: it is about to already',
    })
    await first
    expect(await rejection(client.startTls())).toMatchObject({
      message: 'TLS cannot begin on this connection: it speaks TLS already',
    })
    expect(await ask(client, 'noop')).toBe('250 secret')
  })

  it('is not for a connection that was TLS from its first byte', async () => {
    const { ca } = await identities
    const server = createServer({ tls: await siteTls() })
    closeAtEnd(server)
    const accepted = nextConnection(server)
    await server.listen('tls://127.0.0.1:0')
    const client = await connect(`tls://127.0.0.1:${portOf(server)}`, { tls: { ca } })
    expect(await rejection((await accepted).startTls())).toMatchObject({
      code: 'HAWSER_TLS_UNAVAILABLE',
    })
    await client.close()
  })

  it('needs a socket underneath', async () => {
    const [client, server] = connectPair()
    expect(await rejection(client.startTls())).toMatchObject({
      code: 'HAWSER_TLS_UNAVAILABLE',
      message: expect.stringContaining('its transport is no socket') as string,
    })
    client.reset()
    await Promise.all([client.closed, server.closed])
  })

  it.each([
    ['no certificate to show', undefined, /pass the option tls to the server, or to startTls/],
    ['options that cannot be used', { cert: 'nowhere.pem', key: 'nowhere.pem' }, /cannot be read/],
  ])(
    'with %s rejects before anything is agreed on, and the connection goes on',
    async (_what, own, message) => {
      const server = createServer<string, string>({ framing: lines() }, async (connection) => {
        for await (const line of connection) {
          const error = await rejection(connection.startTls({ reply: 'go ahead', tls: own }))
          await connection.send(`${line}: ${(error as Error).message}`)
        }
      })
      closeAtEnd(server)
      await server.listen('127.0.0.1:0')
      const client = await dialPlain(portOf(server))
      for (const attempt of ['first', 'second']) {
        await client.send(attempt)
        const answer = await nextLine(client)
        expect(answer).toMatch(message)
        expect(answer).toMatch(new RegExp(`^${attempt}: `))
      }
      await client.close()
    },
  )

  it('sends what was accepted before it in plain text, and what comes during it under TLS', async () => {
    const { ca } = await identities
    const server = createServer<string, string>(
      { framing: lines(), tls: await siteTls() },
      async (connection) => {
        for await (const line of connection) {
          if (line !== 'STARTTLS') continue
          const before = connection.send('before')
          const upgraded = connection.startTls({ reply: 'go' })
          const during = connection.send('during')
          await Promise.all([before, upgraded, during])
        }
      },
    )
    closeAtEnd(server)
    await server.listen('tcp://127.0.0.1:0')
    const socket = await dialRaw(portOf(server))
    socket.write('STARTTLS\n')
    let plain = ''
    while (!plain.endsWith('go\n')) plain += String((await once(socket, 'data'))[0])
    expect(plain).toBe('before\ngo\n')
    const client = tls.connect({ socket, ca, servername: 'localhost' })
    const [first] = (await once(client, 'data')) as [Buffer]
    expect(first.toString()).toBe('during\n')
    client.destroy()
  })

  it.each(['end', 'resetAndDestroy'] as const)(
    'tells that the peer went in the middle of it (%s)',
    async (how) => {
      const { port, failures, server } = await serveMail()
      const closed = nextConnection(server).then((connection) => connection.closed)
      const socket = await dialRaw(port)
      await once(socket, 'data')
      socket.write('STARTTLS\r\n')
      await once(socket, 'data')
      socket.write((await recordHello()).subarray(0, 50), () => socket[how]())
      const info = await closed
      expect(info.error?.code).toBe('HAWSER_TLS_HANDSHAKE_FAILED')
      expect(failures).toMatchObject([{ code: 'HAWSER_TLS_HANDSHAKE_FAILED' }])
    },
  )

  it('is ended when the handshake takes too long', async () => {
    const clock = new VirtualClock()
    const { port, failures } = await serveMail({ clock })
    const socket = await dialRaw(port)
    await once(socket, 'data')
    socket.write('STARTTLS\r\n')
    await once(socket, 'data')
    // The answer has left, and the handshake begins within a turn or two.
    while (failures.length === 0) {
      await clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await gone(socket)
    expect(failures).toMatchObject([{ code: 'HAWSER_TLS_HANDSHAKE_TIMEOUT' }])
  })

  it('that fails and that nobody awaits harms only its connection', async () => {
    const server = createServer<string, string>(
      { framing: lines(), tls: await siteTls() },
      { message: (connection) => void connection.startTls({ reply: 'go' }) },
    )
    closeAtEnd(server)
    await server.listen('tcp://127.0.0.1:0')
    const strays: unknown[] = []
    const note = (error: unknown): void => void strays.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const connected = nextConnection(server)
    const socket = await dialRaw(portOf(server))
    socket.write('STARTTLS\n')
    await once(socket, 'data')
    socket.write('what is this\n')
    await gone(socket)
    expect((await (await connected).closed).error?.code).toBe('HAWSER_TLS_HANDSHAKE_FAILED')
    await new Promise((resolve) => setImmediate(resolve))
    expect(strays).toEqual([])
  })

  it('is ended by force when the server’s drain is over', async () => {
    const { port, server, failures } = await serveMail()
    const socket = await dialRaw(port)
    await once(socket, 'data')
    socket.write('STARTTLS\r\n')
    await once(socket, 'data')
    expect(await server.close({ drain: 0 })).toEqual({ drained: 0, forced: 1 })
    await gone(socket)
    expect(failures).toHaveLength(1)
  })

  it('may finish while the server drains, and the connection ends then', async () => {
    const { port, server } = await serveMail()
    const client = await dialPlain(port)
    await nextLine(client)
    await ask(client, 'STARTTLS')
    const closed = server.close({ drain: 10_000 })
    await client.startTls().catch((error: HawserError) => error)
    await client.close()
    expect((await closed).forced).toBe(0)
  })
})
