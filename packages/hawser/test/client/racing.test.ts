import { once } from 'node:events'
import { connect, type ConnectError } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { make, portOf, rejection, serve } from '../server/support/serving.js'
import { listenLate } from './support/late-listener.js'
import { resolveTo } from './support/names.js'
import { watchSockets } from './support/sockets.js'

forbidStrayErrors()

const quiet = { message: () => undefined }

/** A port that is silent on 127.0.0.1, and on which ::1 answers. */
async function listenHalf(): Promise<number> {
  const { port } = await listenLate('127.0.0.1')
  await make({}, quiet).listen({ host: '::1', port })
  return port
}

/** A port on which nobody listens, on any address. */
async function closedPort(): Promise<number> {
  const server = await serve()
  const port = portOf(server)
  await server.close()
  return port
}

describe('a name with several addresses', () => {
  it('is tried at the next after 250 ms, and the one that answers wins', async () => {
    const port = await listenHalf()
    resolveTo(['127.0.0.1', '::1'])
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const connecting = connect(`host.example:${port}`, { clock })
    await until(() => sockets.length === 1)
    await clock.advance(249)
    expect(sockets).toHaveLength(1)
    await clock.advance(1)
    const client = await connecting
    expect(client.remoteAddress).toBe('::1')
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false])
    expect(clock.pending).toBe(0)
    client.reset()
    await client.closed
  })

  it('keeps its first attempt when the next is begun', async () => {
    const late = await listenLate('127.0.0.1')
    const sockets = watchSockets()
    resolveTo(['127.0.0.1', '127.0.0.1'])
    const clock = new VirtualClock()
    const connecting = connect(`host.example:${late.port}`, { clock })
    await until(() => sockets.length === 1)
    await clock.advance(250)
    await until(() => sockets.length === 2)
    expect(sockets[0]?.destroyed).toBe(false)
    late.accept()
    const client = await connecting
    // Which of the two is first is for the kernel to say; the other is gone, and nothing is left.
    expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(1)
    expect(clock.pending).toBe(0)
    client.reset()
    await client.closed
  })

  it('is tried at the next at once when one fails', async () => {
    const server = await make({}, quiet).listen({ host: '::1', port: 0 })
    resolveTo(['127.0.0.2', '127.0.0.3', '::1'])
    const clock = new VirtualClock()
    const client = await connect(`host.example:${portOf(server)}`, { clock })
    expect(client.remoteAddress).toBe('::1')
    expect(clock.now()).toBe(0)
    client.reset()
    await client.closed
  })

  it('is tried one by one where that is asked for', async () => {
    const port = await listenHalf()
    resolveTo(['127.0.0.1', '::1'])
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const options = { clock, attemptDelay: Infinity, connectTimeout: 3_000 }
    const error = rejection(connect(`host.example:${port}`, options))
    await until(() => sockets.length === 1)
    await clock.advance(3_000)
    expect(await error).toMatchObject({
      code: 'HAWSER_CONNECT_TIMEOUT',
      attempts: [{ address: '127.0.0.1', port, code: 'ETIMEDOUT' }],
    })
    expect(sockets).toHaveLength(1)
  })

  it('is tried no faster than 10 ms apart', async () => {
    const error = await rejection(connect('127.0.0.1:1', { attemptDelay: 9 }))
    expect(error).toMatchObject({ code: 'HAWSER_INVALID_OPTION' })
    expect(error).toHaveProperty('message', expect.stringMatching(/^attemptDelay is 9: .* 10/))
  })
})

describe('a name that cannot be connected to', () => {
  it('says of each address why, with the families taking turns', async () => {
    const port = await closedPort()
    resolveTo(['127.0.0.2', '127.0.0.3', '::1'])
    const error = (await rejection(connect(`host.example:${port}`))) as ConnectError
    expect(error.code).toBe('HAWSER_CONNECT_REFUSED')
    expect(error.attempts).toEqual([
      { address: '127.0.0.2', port, code: 'ECONNREFUSED', message: expect.any(String) },
      { address: '::1', port, code: 'ECONNREFUSED', message: expect.any(String) },
      { address: '127.0.0.3', port, code: 'ECONNREFUSED', message: expect.any(String) },
    ])
    expect(error.message).toContain(
      '(tried 127.0.0.2 ECONNREFUSED, [::1] ECONNREFUSED, 127.0.0.3 ECONNREFUSED)',
    )
  })

  it('names the first eight in its message, and how many more there were', async () => {
    const port = await closedPort()
    resolveTo(Array.from({ length: 11 }, (_, index) => `127.0.0.${index + 2}`))
    const error = (await rejection(connect(`host.example:${port}`))) as ConnectError
    expect(error.attempts).toHaveLength(11)
    expect(error.message).toMatch(/127\.0\.0\.9 ECONNREFUSED, 3 more\)$/)
  })

  it('says which did not answer in time, and leaves no socket', async () => {
    const port = await listenHalf()
    resolveTo(['127.0.0.1', '127.0.0.9'])
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const error = rejection(connect(`host.example:${port}`, { clock, connectTimeout: 2_000 }))
    await until(() => sockets.length === 1)
    await clock.advance(2_000)
    expect(await error).toMatchObject({
      code: 'HAWSER_CONNECT_TIMEOUT',
      attempts: [
        { address: '127.0.0.1', port, code: 'ETIMEDOUT', message: 'it did not reply in time' },
        { address: '127.0.0.9', port, code: 'ECONNREFUSED' },
      ],
    })
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('has no address at all where the resolver finds none', async () => {
    resolveTo([])
    const error = await rejection(connect('host.example:7'))
    expect(error).toMatchObject({
      code: 'HAWSER_DNS_FAILED',
      attempts: [{ address: 'host.example', port: 7, code: 'ENOTFOUND' }],
    })
  })

  it('is named itself where it does not resolve', async () => {
    const error = await rejection(connect('no-such-host.invalid:7'))
    expect(error).toMatchObject({
      code: 'HAWSER_DNS_FAILED',
      attempts: [{ address: 'no-such-host.invalid', port: 7 }],
    })
  })
})

describe('a signal in the middle of a race', () => {
  it('ends every attempt', async () => {
    const port = await listenHalf()
    resolveTo(['127.0.0.1', '127.0.0.1'])
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const abort = new AbortController()
    const error = rejection(connect(`host.example:${port}`, { clock, signal: abort.signal }))
    await until(() => sockets.length === 1)
    await clock.advance(250)
    await until(() => sockets.length === 2)
    const gone = Promise.all(sockets.map((socket) => once(socket, 'close')))
    abort.abort()
    expect(await error).toMatchObject({ code: 'HAWSER_ABORTED' })
    await gone
    expect(clock.pending).toBe(0)
  })
})
