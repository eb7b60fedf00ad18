import { once } from 'node:events'
import net from 'node:net'
import { type Connection, type HawserError, lines, type Server } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { beforeEach, describe, expect, it, type MockInstance, onTestFinished, vi } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { loopback, make, serve } from './support/serving.js'

forbidStrayErrors()

let warned: MockInstance<typeof process.emitWarning>

beforeEach(() => {
  warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
  return () => warned.mockRestore()
})

const bug = new Error('a bug')
const failing = {
  message: (): void => {
    throw bug
  },
}

async function provoke(server: Server<string, string>): Promise<void> {
  await using peer = await ScriptedPeer.connect(server.address())
  await peer.send('hello\n')
  await peer.receivesEnd()
  peer.end()
  await peer.closed
}

describe('an exception out of a handler', () => {
  it('is shown once as a warning where nobody is told of it', async () => {
    const server = await serve({ framing: lines() }, failing)
    await provoke(server)
    await provoke(server)
    expect(warned).toHaveBeenCalledOnce()
    expect(warned.mock.calls[0]?.[0]).toMatchObject({ code: 'HAWSER_HANDLER_FAILED', cause: bug })
    expect(server.info()).toMatchObject({ handlerErrors: 2 })
  })

  it.each<[string, (connection: Connection<string, string>) => void | Promise<void>]>([
    [
      'thrown at once',
      () => {
        throw bug
      },
    ],
    ['rejected with', () => Promise.reject(bug)],
    [
      'thrown out of a loop',
      async (connection) => {
        for await (const line of connection) throw new Error(line, { cause: bug })
      },
    ],
  ])('of a function, %s, reaches onError with its connection', async (_name, handler) => {
    const onError = vi.fn<(error: HawserError, connection: unknown) => void>()
    const server = await serve({ framing: lines(), onError }, handler)
    const connections: unknown[] = []
    server.on('connection', (connection) => connections.push(connection))
    await provoke(server)
    expect(onError).toHaveBeenCalledOnce()
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'HAWSER_HANDLER_FAILED' })
    expect(onError.mock.calls[0]?.[1]).toBe(connections[0])
    expect(warned).not.toHaveBeenCalled()
  })

  it('reaches every error listener where there is no onError', async () => {
    const server = await serve({ framing: lines() }, failing)
    const told = once(server, 'error')
    await provoke(server)
    expect((await told)[0]).toMatchObject({ code: 'HAWSER_HANDLER_FAILED', cause: bug })
  })

  it('reaches onError alone where there is one', async () => {
    const onError = vi.fn<() => void>()
    const listener = vi.fn<() => void>()
    const server = await serve({ framing: lines(), onError }, failing)
    server.on('error', listener)
    await provoke(server)
    expect(onError).toHaveBeenCalledOnce()
    expect(listener).not.toHaveBeenCalled()
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw bug
      },
    ],
    [
      'throws what is no error',
      () => {
        throw undefined as unknown as Error
      },
    ],
    ['rejects', () => Promise.reject(bug)],
  ])('harms nobody though onError %s itself', async (_name, onError) => {
    const server = await serve({ framing: lines(), onError }, failing)
    await provoke(server)
    await provoke(server)
    expect(warned).toHaveBeenCalledTimes(2)
  })

  it('harms nobody though the error listener fails itself, at once or later', async () => {
    const fails: readonly (() => unknown)[] = [
      () => {
        throw bug
      },
      () => Promise.reject(bug),
    ]
    for (const fail of fails) {
      const server = await serve({ framing: lines() }, failing)
      server.on('error', fail)
      await provoke(server)
      await provoke(server)
    }
    expect(warned).toHaveBeenCalledTimes(4)
  })
})

describe('what goes wrong on an endpoint after it is listened on', () => {
  /** A server and the `net.Server` beneath it, on which an error can be played. */
  async function listen(server: Server): Promise<net.Server> {
    const listened = vi.spyOn(net.Server.prototype, 'listen')
    onTestFinished(() => listened.mockRestore())
    await server.listen(loopback)
    return listened.mock.contexts.at(-1) as net.Server
  }

  const cause = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' })

  it('reaches onError without a connection, and the server goes on', async () => {
    const onError = vi.fn<(error: HawserError, connection: unknown) => void>()
    const server = make({ onError }, (connection) => connection.send('hello'))
    const inner = await listen(server)
    inner.emit('error', cause)
    expect(onError).toHaveBeenCalledOnce()
    const [error, connection] = onError.mock.calls[0] ?? []
    expect(error).toMatchObject({ name: 'ListenError', op: 'accept', cause })
    expect(error?.message).toMatch(/accepting connections on tcp:.* failed: accept EMFILE/)
    expect(connection).toBeUndefined()
    expect(server.info().handlerErrors).toBe(0)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receives('hello')
  })

  it('is a warning where nobody is told of it', async () => {
    const server = make()
    const inner = await listen(server)
    inner.emit('error', cause)
    inner.emit('error', cause)
    expect(warned).toHaveBeenCalledOnce()
    expect(server.listening).toBe(true)
  })
})
