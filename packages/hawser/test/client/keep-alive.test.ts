import net from 'node:net'
import { connect, createServer } from 'hawser'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readWays, rejection, serve } from '../server/support/serving.js'

const turn = (): Promise<void> => new Promise(setImmediate)
const quiet = { message: () => undefined }

/** Node.js as if it could set the interval and the count, or could not. */
function mockSetKeepAlive(length: 2 | 4): ReturnType<typeof vi.fn> {
  const called = vi.fn<(...values: unknown[]) => void>()
  const original = net.Socket.prototype.setKeepAlive
  const two = function setKeepAlive(this: net.Socket, _enable: unknown, _idle: unknown) {
    return this
  }
  const four = function setKeepAlive(
    this: net.Socket,
    enable: unknown,
    idle: unknown,
    interval: unknown,
    count: unknown,
  ) {
    called(enable, idle, interval, count)
    return this
  }
  net.Socket.prototype.setKeepAlive = (length === 2 ? two : four) as typeof original
  onTestFinished(() => {
    net.Socket.prototype.setKeepAlive = original
  })
  return called
}

describe('keepalive in full', () => {
  it('sets the interval and the count where Node.js can', async () => {
    const server = await serve({}, quiet)
    const called = mockSetKeepAlive(4)
    const keepAlive = { idle: 30_000, interval: 5_000, count: 3 }
    const client = await connect(server.address(), { keepAlive })
    expect(called).toHaveBeenLastCalledWith(true, 30_000, 5_000, 3)
    client.reset()
    await client.closed
  })

  it.each(readWays)('sets them on accepted sockets as well, %s', async (_name, fastRead) => {
    const called = mockSetKeepAlive(4)
    const keepAlive = { idle: 30_000, interval: 5_000, count: 3 }
    const server = await serve({ keepAlive, fastRead }, quiet)
    const client = await connect(server.address(), { keepAlive: Infinity })
    while (server.connections.size === 0) await turn()
    expect(called).toHaveBeenLastCalledWith(true, 30_000, 5_000, 3)
    client.reset()
    await client.closed
  })

  it.each([Infinity, { idle: Infinity, interval: 5_000 }])(
    'of %j leaves accepted sockets alone',
    async (keepAlive) => {
      const called = mockSetKeepAlive(4)
      const server = await serve({ keepAlive }, quiet)
      const client = await connect(server.address(), { keepAlive: Infinity })
      while (server.connections.size === 0) await turn()
      expect(called).not.toHaveBeenCalled()
      client.reset()
      await client.closed
    },
  )

  it('is refused where Node.js cannot, with what to do', async () => {
    mockSetKeepAlive(2)
    const error = await rejection(connect('127.0.0.1:1', { keepAlive: { interval: 5_000 } }))
    expect(error).toMatchObject({ code: 'HAWSER_INVALID_OPTION' })
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(
        /interval 5000 and count 10: .* leave both out, or use one that can, such as 24\.21/,
      ),
    )
  })

  it.each([[{ idle: 5_000 }], [{ interval: 1_000, count: 10 }], [{ idle: Infinity }], [5_000]])(
    'takes %j everywhere, which is what Node.js does anyway',
    async (keepAlive) => {
      mockSetKeepAlive(2)
      const server = await serve({}, quiet)
      const client = await connect(server.address(), { keepAlive })
      client.reset()
      expect((await client.closed).reason).toBe('reset')
    },
  )

  it.each<[string, object]>([
    ['keepAlive.idle', { idle: 0 }],
    ['keepAlive.interval', { interval: -1 }],
    ['keepAlive.count', { count: 0 }],
    ['keepAlive.count', { count: 128 }],
    ['keepAlive.count', { count: 1.5 }],
  ])('names an option that cannot work: %s in %j', async (name, keepAlive) => {
    const wrong = {
      code: 'HAWSER_INVALID_OPTION',
      option: name,
      message: expect.stringContaining(`${name} is`),
    }
    expect(await rejection(connect('127.0.0.1:1', { keepAlive }))).toMatchObject(wrong)
    expect(() => createServer({ keepAlive })).toThrow(expect.objectContaining(wrong))
  })
})
