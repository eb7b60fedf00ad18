import { type Connection, createServer, type HandlerObject, type HawserError, lines } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

type Handler =
  | HandlerObject<string, string>
  | ((connection: Connection<string, string>) => void | Promise<void>)

const failure = new Error('a bug in the handler')

function fail(): never {
  throw failure
}

/** Each answers every line, and fails in its own way at the line 'fail'. */
const handlers: Record<string, Handler> = {
  'a function that throws in its loop': async (connection) => {
    for await (const line of connection) await answer(connection, line)
  },
  'a handler object whose message throws': {
    message: (connection, line) => {
      if (line === 'fail') fail()
      void connection.send(`ok ${line}`)
    },
  },
  'a handler object whose message rejects': {
    message: async (connection, line) => {
      await Promise.resolve()
      await answer(connection, line)
    },
  },
}

async function answer(connection: Connection<string, string>, line: string): Promise<void> {
  if (line === 'fail') fail()
  await connection.send(`ok ${line}`)
}

async function listen(handler: Handler) {
  const failures: { error: HawserError; connection: Connection<string, string> | undefined }[] = []
  const server = createServer(
    {
      framing: lines(),
      onError: (error, connection) => void failures.push({ error, connection }),
    },
    handler,
  )
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  return { server, failures }
}

describe.each(Object.entries(handlers))('%s', (_name, handler) => {
  it('ends its connection, reaches onError, and harms nobody else', async () => {
    const { server, failures } = await listen(handler)
    await using bystander = await ScriptedPeer.connect(server.address())
    await bystander.send('before\n')
    await bystander.receives('ok before\n')
    await using victim = await ScriptedPeer.connect(server.address())
    await victim.send('fine\n')
    await victim.receives('ok fine\n')
    const connection = [...server.connections].at(-1)
    await victim.send('fail\nnever handled\n')
    await victim.receivesEnd()
    victim.end()
    const info = await connection?.closed
    expect(info).toMatchObject({
      by: 'error',
      reason: 'handler-failed',
      error: { code: 'HAWSER_HANDLER_FAILED', cause: failure },
    })
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({
      error: { cause: failure },
      connection: { id: connection?.id },
    })
    await bystander.send('after\n')
    await bystander.receives('ok after\n')
    expect(server.info().handlerErrors).toBe(1)
  })
})

describe('an exception elsewhere in a handler', () => {
  it.each<[string, Handler]>([
    ['a function, at once', () => fail()],
    ['a function, before it consumes', async () => fail()],
    ['open', { open: fail, message: () => undefined }],
    ['open, later', { open: async () => fail(), message: () => undefined }],
  ])('ends the connection: %s', async (_where, handler) => {
    const { server, failures } = await listen(handler)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receivesEnd()
    peer.end()
    await peer.closed
    expect(failures.map(({ error }) => error.code)).toEqual(['HAWSER_HANDLER_FAILED'])
  })

  it('is reported when close throws, and the server goes on', async () => {
    const { server, failures } = await listen({ message: () => undefined, close: fail })
    for (let round = 1; round <= 2; round += 1) {
      await using peer = await ScriptedPeer.connect(server.address())
      peer.end()
      await peer.receivesEnd()
      await peer.closed
    }
    await server.close()
    expect(failures.map(({ error }) => error.cause)).toEqual([failure, failure])
  })

  it('is reported when writable throws', async () => {
    const { server, failures } = await listen({
      message: (connection) => {
        while (connection.canSend) void connection.send('x'.repeat(100_000))
      },
      writable: fail,
    })
    await using peer = await ScriptedPeer.connect(server.address(), { reading: false })
    await peer.send('go\n')
    peer.startReading()
    await peer.receiveAll()
    peer.end()
    await peer.closed
    expect(failures.map(({ error }) => error.cause)).toEqual([failure])
  })

  it('is survived when onError itself throws', async () => {
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const server = createServer({ framing: lines(), onError: fail }, () => fail())
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receivesEnd()
    peer.end()
    await peer.closed
    expect(warnings).toContain(failure)
  })

  it('is survived when what was thrown is nothing at all', async () => {
    const { server, failures } = await listen(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- programs do this, and it must not hurt
      throw undefined
    })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receivesEnd()
    peer.end()
    await peer.closed
    expect(failures.map(({ error }) => error.code)).toEqual(['HAWSER_HANDLER_FAILED'])
  })
})
