import { connect, type ConnectError, type Endpoint, lines, type Server } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { portOf, rejection, serve } from '../server/support/serving.js'
import { listenLate } from './support/late-listener.js'
import { watchSockets } from './support/sockets.js'

forbidStrayErrors()

/** A server that says its name. */
function serveName(name: string): Promise<Server<string, string>> {
  return serve({ framing: lines() }, (connection) => connection.send(name))
}

/** Who answers. */
async function ask(
  endpoints: readonly Endpoint[],
  options: Parameters<typeof connect<string, string>>[1] = {},
): Promise<string> {
  const client = await connect(endpoints, { ...options, framing: lines() })
  let answer = ''
  for await (const line of client) answer = line
  await client.close()
  return answer
}

async function closedEndpoint(): Promise<string> {
  const server = await serve()
  const port = portOf(server)
  await server.close()
  return `127.0.0.1:${port}`
}

async function serveNames(...names: string[]): Promise<Endpoint[]> {
  const servers = await Promise.all(names.map(serveName))
  return servers.map((server) => `127.0.0.1:${portOf(server)}`)
}

describe('several endpoints', () => {
  it('are tried as written, and the next when one fails', async () => {
    const [a, b] = await serveNames('a', 'b')
    expect(await ask([a ?? '', b ?? ''])).toBe('a')
    expect(await ask([await closedEndpoint(), b ?? '', a ?? ''])).toBe('b')
  })

  it('are tried in random order where that is asked for', async () => {
    const endpoints = await serveNames('a', 'b', 'c')
    const chances = [0.4, 0, 0, 0.9, 0, 0]
    const options = { order: 'random', random: () => chances.shift() ?? 0 } as const
    expect(await ask(endpoints, options)).toBe('b')
    expect(await ask(endpoints, options)).toBe('c')
  })

  it('take turns where that is asked for, as long as the same list is passed', async () => {
    const endpoints = await serveNames('a', 'b')
    const order = 'round-robin'
    const answers: string[] = []
    for (let turn = 0; turn < 3; turn += 1) answers.push(await ask(endpoints, { order }))
    expect(answers).toEqual(['a', 'b', 'a'])
    expect(await ask([...endpoints], { order })).toBe('a')
  })

  it('share the time, so that a silent one leaves some for the next', async () => {
    const { port } = await listenLate('127.0.0.1')
    const [spare] = await serveNames('spare')
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const asking = ask([`127.0.0.1:${port}`, spare ?? ''], { clock, connectTimeout: 4_000 })
    await until(() => sockets.length === 1)
    await clock.advance(1_999)
    expect(sockets).toHaveLength(1)
    await clock.advance(1)
    expect(await asking).toBe('spare')
  })

  it('share one deadline', async () => {
    const silent = await Promise.all([listenLate('127.0.0.1'), listenLate('127.0.0.1')])
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const endpoints = silent.map(({ port }) => `127.0.0.1:${port}`)
    const error = rejection(connect(endpoints, { clock, connectTimeout: 4_000 }))
    await until(() => sockets.length === 1)
    await clock.advance(2_000)
    await until(() => sockets.length === 2)
    await clock.advance(2_000)
    expect(await error).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT' })
    expect(clock.pending).toBe(0)
  })
})

describe('several endpoints of which none answers', () => {
  it('are all told, with the code they have in common', async () => {
    const endpoints = [await closedEndpoint(), await closedEndpoint()]
    const error = (await rejection(connect(endpoints))) as ConnectError
    expect(error).toMatchObject({ name: 'ConnectError', code: 'HAWSER_CONNECT_REFUSED' })
    expect(error.attempts.map(({ address, port }) => `${address}:${port}`)).toEqual(endpoints)
    expect(error.message).toMatch(/^cannot connect to any of 2 endpoints: /)
    expect(error.cause).toBeInstanceOf(AggregateError)
  })

  it('are told with HAWSER_CONNECT_FAILED where they have none in common', async () => {
    const plain = await serve({}, (connection) => connection.send('220 hello'))
    const endpoints = [`tls://127.0.0.1:${portOf(plain)}`, await closedEndpoint()]
    expect(await rejection(connect(endpoints))).toMatchObject({
      code: 'HAWSER_CONNECT_FAILED',
      attempts: [{ code: 'HAWSER_TLS_HANDSHAKE_FAILED' }, { code: 'ECONNREFUSED' }],
    })
  })

  it('are not tried any more when the signal has fired', async () => {
    const { port } = await listenLate('127.0.0.1')
    const [spare] = await serveNames('spare')
    const sockets = watchSockets()
    const abort = new AbortController()
    const connecting = rejection(
      connect([`127.0.0.1:${port}`, spare ?? ''], { signal: abort.signal }),
    )
    await until(() => sockets.length === 1)
    abort.abort()
    expect(await connecting).toMatchObject({ code: 'HAWSER_ABORTED' })
    expect(sockets).toHaveLength(1)
  })
})

describe('a list that cannot be used', () => {
  it.each<[string, readonly Endpoint[], object, string]>([
    ['nothing in it', [], {}, 'HAWSER_INVALID_ENDPOINT'],
    ['a port that cannot be', ['127.0.0.1:1', '127.0.0.1:70000'], {}, 'HAWSER_INVALID_ENDPOINT'],
    ['one to listen on', ['127.0.0.1:1', 'fd:3'], {}, 'HAWSER_INVALID_ENDPOINT'],
    ['no such order', ['127.0.0.1:1'], { order: 'last' }, 'HAWSER_INVALID_OPTION'],
  ])('is refused before anything is tried: %s', async (_name, endpoints, options, code) => {
    const sockets = watchSockets()
    expect(await rejection(connect(endpoints, options))).toMatchObject({ code })
    expect(sockets).toEqual([])
  })
})
