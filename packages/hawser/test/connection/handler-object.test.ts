import { type CloseInfo, connect, createServer, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attach } from './support/attach.js'
import { collect, defer, turns } from './support/turns.js'

describe('a handler object that answers with promises', () => {
  it('gets the next message when the promise has settled', async () => {
    const got: string[] = []
    const working = [defer(), defer()]
    const { peer } = attach({
      handler: {
        message(_, line) {
          got.push(line)
          return working[got.length - 1]?.promise
        },
      },
    })
    await peer.send('a\nb\nc\nd\n')
    await turns()
    expect(got).toEqual(['a'])
    working[0]?.resolve()
    await turns()
    expect(got).toEqual(['a', 'b'])
    working[1]?.resolve()
    await turns()
    expect(got).toEqual(['a', 'b', 'c', 'd'])
  })

  it('gets no message before the promise of open has settled', async () => {
    const got: string[] = []
    const opening = defer()
    const { peer } = attach({
      handler: { open: () => opening.promise, message: (_, line) => void got.push(line) },
    })
    await peer.send('a\n')
    await turns()
    expect(got).toEqual([])
    opening.resolve()
    await turns()
    expect(got).toEqual(['a'])
  })

  it('holds up only its own connection', async () => {
    const [busy, free] = [defer(), defer()]
    const got: string[] = []
    const handler = {
      message(_: unknown, line: string) {
        got.push(line)
        return line === 'busy' ? busy.promise : free.resolve()
      },
    }
    const one = attach({ handler })
    const other = attach({ handler })
    await one.peer.send('busy\nnext\n')
    await turns()
    await other.peer.send('free\n')
    await free.promise
    expect(got).toEqual(['busy', 'free'])
    busy.resolve()
    await turns()
    expect(got).toEqual(['busy', 'free', 'next'])
  })

  it('goes on when a promise rejects with what the end of the connection made of it', async () => {
    const { connection, peer, failures } = attach({
      handler: {
        async message(own, line) {
          await own.end()
          await own.send(line)
        },
      },
    })
    await peer.send('a\nb\n')
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'ended', undelivered: 0 })
    expect(failures).toEqual([])
    expect(connection.messagesRead).toBe(2)
  })

  it('is told of the close once, last, though it is still at work', async () => {
    const calls: string[] = []
    const working = defer()
    const { connection, peer } = attach({
      handler: {
        message(_, line) {
          calls.push(line)
          return working.promise
        },
        close: (_, info: CloseInfo) => void calls.push(info.reason),
      },
    })
    await peer.send('a\nb\n')
    await turns()
    peer.reset()
    await connection.closed
    working.resolve()
    await turns()
    expect(calls).toEqual(['a', 'reset'])
  })
})

describe('a handler that fails', () => {
  const boom = (): never => {
    throw new Error('boom')
  }
  const ways: Record<string, Parameters<typeof attach<string, string>>[0]> = {
    'in open': { handler: { open: boom, message: () => undefined } },
    'in open, without messages': { handler: { open: boom } },
    'in open, later': { handler: { open: () => turns(1).then(boom), message: () => undefined } },
    'in open, later, without messages': { handler: { open: () => turns(1).then(boom) } },
    'in message': { handler: { message: boom } },
    'in message, later': { handler: { message: () => turns(1).then(boom) } },
    'as a function': { run: boom },
    'as a function, later': { run: () => turns(1).then(boom) },
    'as a function, in its loop': {
      async run(own) {
        for await (const _ of own) boom()
      },
    },
  }

  it.each(Object.entries(ways))(
    '%s ends its connection, and its owner is told',
    async (_, options) => {
      const { connection, peer, failures, transport } = attach(options)
      // What fails at once does so before anything can be said.
      const said = connection.canSend ? 'said before\n' : ''
      void connection.send('said before')
      await peer.send('x\n')
      expect(await peer.receiveAll()).toEqual(Buffer.from(said))
      peer.end()
      const info = await connection.closed
      expect(info).toMatchObject({ by: 'error', reason: 'handler-failed', unsent: 0 })
      expect(info.error).toMatchObject({
        code: 'HAWSER_HANDLER_FAILED',
        cause: { message: 'boom' },
        remote: { address: '192.0.2.1', port: 40_001 },
      })
      expect(failures).toEqual([info.error])
      expect(transport.ends).toEqual(['end'])
    },
  )

  it('in writable ends its connection', async () => {
    for (const writable of [boom, () => turns(1).then(boom) as never]) {
      const { connection, peer, failures } = attach({
        line: { capacity: 1 },
        highWaterMark: 5,
        reading: false,
        handler: { writable },
      })
      void connection.send('0123456789')
      await turns()
      peer.startReading()
      await peer.receives('0123456789\n')
      await peer.receivesEnd()
      peer.end()
      expect(await connection.closed).toMatchObject({ reason: 'handler-failed' })
      expect(failures).toMatchObject([{ cause: { message: 'boom' } }])
    }
  })

  it('in close is reported, at once or later, and changes nothing else', async () => {
    for (const close of [boom, () => turns(1).then(boom) as never]) {
      const { connection, peer, failures } = attach({ handler: { close } })
      peer.end()
      expect(await connection.closed).toMatchObject({ reason: 'ended' })
      await turns()
      expect(failures).toMatchObject([
        { code: 'HAWSER_HANDLER_FAILED', cause: { message: 'boom' } },
      ])
    }
  })

  it('with something that is no error is reported as well', async () => {
    // What JavaScript lets a user do.
    const reason: unknown = 'a string'
    const { connection, peer, failures } = attach({
      handler: { message: () => Promise.reject(reason as Error) },
    })
    await peer.send('x\n')
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'handler-failed' })
    expect(failures).toMatchObject([{ message: expect.stringContaining('a string') as string }])
  })

  it('after it has reset its connection is reported, and the reset stays the reason', async () => {
    const { connection, peer, failures } = attach({
      handler: {
        message(own) {
          own.reset()
          boom()
        },
      },
    })
    await peer.send('x\n')
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'reset' })
    expect(failures).toHaveLength(1)
    await peer.receivesReset()
  })

  it('gets no further message', async () => {
    const got: string[] = []
    const { connection, peer } = attach({
      handler: {
        message(_, line) {
          got.push(line)
          boom()
        },
      },
    })
    await peer.send('a\nb\nc\n')
    peer.end()
    await connection.closed
    expect(got).toEqual(['a'])
  })

  it('harms no other connection of its server, not even when onError fails too', async () => {
    const server = createServer(
      { framing: lines(), onError: boom },
      {
        message(own, line) {
          if (line === 'fail') boom()
          return own.send(line)
        },
      },
    )
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.address() as { port: number }
    const [good, bad] = await Promise.all(
      [1, 2].map(() => connect(`tcp://127.0.0.1:${port}`, { framing: lines() })),
    )
    void bad?.send('fail')
    await bad?.closed
    await good?.send('fine')
    for await (const line of good ?? []) {
      expect(line).toBe('fine')
      break
    }
    await good?.close()
  })

  it('of a client does no harm when onError fails too', async () => {
    const warnings: string[] = []
    const note = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const server = createServer({ framing: lines() }, (own) => own.send('x'))
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.address() as { port: number }
    const client = await connect(`tcp://127.0.0.1:${port}`, {
      framing: lines(),
      handler: { message: boom },
      onError: () => {
        throw new Error('onError too')
      },
    })
    expect(await client.closed).toMatchObject({ reason: 'handler-failed' })
    await turns()
    expect(warnings).toEqual(['onError too'])
  })
})

describe('a function handler', () => {
  it('ends its connection when it settles, behind what it has sent', async () => {
    const { peer, connection } = attach({
      async run(own) {
        await own.send('hello')
      },
    })
    expect(await peer.receiveAll()).toEqual(Buffer.from('hello\n'))
    await peer.send('nobody reads this')
    peer.end()
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('that is not asynchronous ends it as well, whatever it returns', async () => {
    const results: unknown[] = [undefined, true, {}, null]
    for (const result of results) {
      const { peer, failures } = attach({
        run(own) {
          void own.send('hello')
          return result as undefined
        },
      })
      expect(await peer.receiveAll()).toEqual(Buffer.from('hello\n'))
      expect(failures).toEqual([])
    }
  })

  it('that rejects with what ended the connection is no failure', async () => {
    const { connection, peer, failures } = attach({
      async run(own) {
        for await (const line of own) await own.send(line)
      },
    })
    peer.reset()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset' })
    await turns()
    expect(failures).toEqual([])
  })

  it('that was detached keeps its connection', async () => {
    const { connection, peer } = attach({ run: (own) => void own.detach() })
    await turns()
    expect(connection.phase).toBe('open')
    await connection.send('still here')
    await peer.receives('still here\n')
    await peer.send('so am I\n')
    peer.end()
    expect(await collect(connection)).toEqual(['so am I'])
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
  })

  it('that took a stream keeps its connection', async () => {
    for (const take of ['readable', 'writable', 'duplex'] as const) {
      const { connection } = attach({
        run(own) {
          if (take === 'duplex') own.duplex()
          else void own[take]
        },
      })
      await turns()
      expect(connection.phase).toBe('open')
    }
  })
})
