import { connect, type HandlerObject, lines } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { rejection } from '../server/support/serving.js'
import { serveMail } from '../tls/support/smtp.js'
import { identities } from '../tls/support/identities.js'
import { attach } from './support/attach.js'
import { turns } from './support/turns.js'

forbidStrayErrors()

describe('receive', () => {
  it('takes one message, and a loop takes those behind it', async () => {
    const { connection, peer } = attach()
    await peer.send('hello\none\ntwo\n')
    expect(await connection.receive()).toBe('hello')
    expect(await connection.receive()).toBe('one')
    void peer.send('three\n')
    peer.end()
    const rest: string[] = []
    for await (const line of connection) rest.push(line)
    expect(rest).toEqual(['two', 'three'])
    expect((await connection.closed).reason).toBe('ended')
  })

  it('waits for a message that comes later, and several wait in their order', async () => {
    const { connection, peer } = attach()
    const both = Promise.all([connection.receive(), connection.receive()])
    await peer.send('a\nb\nc\n')
    expect(await both).toEqual(['a', 'b'])
    expect(await connection.receive()).toBe('c')
    expect(connection.messagesRead).toBe(3)
  })

  it('that took too long loses nothing: the message goes to the next that asks', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock })
    const late = rejection(connection.receive({ timeout: 2_000 }))
    await clock.advance(2_000)
    expect(await late).toMatchObject({
      code: 'HAWSER_RECEIVE_TIMEOUT',
      message:
        'no message came within 2000 ms: check that the peer is the one to speak now, or raise timeout',
    })
    await peer.send('at last\n')
    expect(await connection.receive()).toBe('at last')
  })

  it('waits 30 seconds by default', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ clock })
    const late = rejection(connection.receive())
    await clock.advance(30_000)
    expect(await late).toMatchObject({ code: 'HAWSER_RECEIVE_TIMEOUT' })
  })

  it('is given up by its signal, before and while it waits', async () => {
    const { connection, peer } = attach()
    const reason = new Error('never mind')
    const abort = new AbortController()
    const waiting = rejection(connection.receive({ signal: abort.signal }))
    abort.abort(reason)
    expect(await waiting).toMatchObject({ code: 'HAWSER_ABORTED', cause: reason })
    expect(await rejection(connection.receive({ signal: abort.signal }))).toMatchObject({
      code: 'HAWSER_ABORTED',
    })
    await peer.send('still there\n')
    expect(await connection.receive()).toBe('still there')
  })

  it('rejects when the peer ends first, and the connection ends in order', async () => {
    const { connection, peer } = attach()
    const waiting = rejection(connection.receive())
    peer.end()
    expect(await waiting).toMatchObject({
      code: 'HAWSER_CONNECTION_CLOSED',
      message: 'the connection ended before a message came: connect again',
    })
    expect((await connection.closed).reason).toBe('ended')
    expect(await rejection(connection.receive())).toMatchObject({
      code: 'HAWSER_CONNECTION_CLOSED',
    })
  })

  it('rejects with the reset that ended the connection', async () => {
    const { connection, peer } = attach()
    const waiting = rejection(connection.receive())
    peer.reset()
    expect(await waiting).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
  })

  it('rejects with what is wrong with the message', async () => {
    const { connection, peer } = attach({ framing: lines({ maxFrame: 8 }) })
    const waiting = rejection(connection.receive())
    void peer.send('far too long a line\n')
    expect(await waiting).toMatchObject({ code: 'HAWSER_FRAME_TOO_LARGE' })
  })

  it('says what is wrong with the rest of a connection that has closed', async () => {
    const { connection, peer } = attach({
      allowHalfOpen: true,
      framing: lines({ maxFrame: 100, unterminated: 'reject' }),
    })
    await peer.send(`one\n${'x'.repeat(50)}`)
    peer.end()
    await connection.end()
    await connection.closed
    expect(await connection.receive()).toBe('one')
    expect(await rejection(connection.receive({ timeout: Infinity }))).toMatchObject({
      code: 'HAWSER_FRAME_TRUNCATED',
    })
  })

  it.each(['a function', 'message'])(
    'ended by the peer is no fault of %s that awaits it',
    async (what) => {
      const talk = async (connection: { receive(): Promise<string> }): Promise<void> => {
        for (;;) await connection.receive()
      }
      const handled = what === 'message' ? { handler: { message: talk } } : { run: talk }
      const { connection, peer, failures } = attach(handled)
      await peer.send('one\ntwo\n')
      peer.end()
      expect(await connection.closed).toMatchObject({ reason: 'ended', by: 'remote' })
      expect(failures).toEqual([])
    },
  )

  it('is refused while a loop or a stream takes the messages', async () => {
    const { connection } = attach()
    const loop = connection[Symbol.asyncIterator]()
    expect(await rejection(connection.receive())).toMatchObject({
      code: 'HAWSER_ALREADY_CONSUMED',
    })
    await loop.return?.()
    connection.duplex()
    expect(await rejection(connection.receive())).toMatchObject({
      code: 'HAWSER_ALREADY_CONSUMED',
    })
  })

  it('is refused with an option that it does not have', async () => {
    const { connection } = attach()
    expect(await rejection(connection.receive({ timout: 5 } as object))).toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
    })
  })

  it('forgotten, it ends no process', async () => {
    const { connection, peer } = attach()
    void connection.receive()
    peer.reset()
    await connection.closed
    await turns(5)
  })
})

describe('beside a handler object, receive takes the next message ahead of it', () => {
  const steps = ['promised', 'forgotten'] as const
  it.each(steps)('also out of one chunk, from inside message, its promise %s', async (how) => {
    const seen: string[] = []
    const handler: HandlerObject<string, string> = {
      message: (connection, line) => {
        seen.push(line)
        if (line !== 'login') return undefined
        const asked = connection.receive().then(async (name) => {
          seen.push(`name ${name}`)
          seen.push(`password ${await connection.receive()}`)
        })
        return how === 'promised' ? asked : undefined
      },
    }
    const { connection, peer } = attach({ handler })
    await peer.send('hi\nlogin\nann\nsecret\nwork\nmore\n')
    await peer.send('later\n')
    peer.end()
    await connection.closed
    expect(seen).toEqual(['hi', 'login', 'name ann', 'password secret', 'work', 'more', 'later'])
  })

  it('given up, the message goes to the handler', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    const handler = { message: (_connection: unknown, line: string) => void seen.push(line) }
    const { connection, peer } = attach({ handler, clock })
    const late = rejection(connection.receive({ timeout: 10 }))
    await clock.advance(10)
    await late
    await peer.send('for the handler\n')
    peer.end()
    await connection.closed
    expect(seen).toEqual(['for the handler'])
  })

  it('a server that drains does not wait for what its peer may say', async () => {
    const handler: HandlerObject<string, string> = {
      message: async (connection) => void (await connection.receive({ timeout: Infinity })),
    }
    const { connection, peer, drain, force } = attach({ handler })
    await peer.send('login\n')
    await turns(2)
    drain()
    force()
    expect((await connection.closed).reason).toBe('drain-timeout')
  })
})

it('behind STARTTLS it takes the first message of the session, and none from before', async () => {
  const { port } = await serveMail()
  const { ca } = await identities
  const connection = await connect<string, string>(`tcp://127.0.0.1:${port}`, {
    framing: lines({ sendCrlf: true }),
    tls: { ca },
  })
  expect(await connection.receive()).toBe('220 localhost ready')
  await connection.send('STARTTLS')
  expect(await connection.receive()).toBe('220 go ahead')
  await connection.startTls()
  await connection.send('EHLO me')
  expect(await connection.receive()).toBe('250-localhost')
  expect(await connection.receive()).toBe('250 HELP')
  await connection.close()
})
