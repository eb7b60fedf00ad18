import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Connection,
  connect,
  createClient,
  lines,
  type Server,
  serveRequests,
  type ServeRequestsOptions,
} from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { loopback, make, nextConnection, portOf } from './support/serving.js'

forbidStrayErrors()

type Options = ServeRequestsOptions<string, string>

/** Work that a test finishes when it likes, by the request it is for. */
class Work {
  readonly begun: string[] = []
  readonly #waiting = new Map<string, { resolve(reply: string): void; reject(e: Error): void }>()
  readonly handle = (request: string): Promise<string> => {
    this.begun.push(request)
    return new Promise((resolve, reject) => this.#waiting.set(request, { resolve, reject }))
  }

  done(request: string): void {
    this.#waiting.get(request)?.resolve(`${request} done`)
  }

  failed(request: string, error: Error): void {
    this.#waiting.get(request)?.reject(error)
  }
}

async function meet(options: Options): Promise<{
  server: Server<string, string>
  client: Connection<string, string>
  errors: Error[]
}> {
  const errors: Error[] = []
  const onError = (error: Error): void => void errors.push(error)
  const server = make<string, string>({ framing: lines(), onError }, serveRequests(options))
  await server.listen(loopback)
  const client = await connect<string, string>(server.address(), { framing: lines() })
  onTestFinished(() => client.reset())
  return { server, client, errors }
}

async function ask(client: Connection<string, string>, ...requests: string[]): Promise<void> {
  for (const request of requests) await client.send(request)
}

describe('requests of one connection are worked on together', () => {
  it('and their replies leave in order, whichever is ready first', async () => {
    const work = new Work()
    const { client } = await meet({ handle: work.handle })
    await ask(client, 'a', 'b', 'c')
    await until(() => work.begun.length === 3)
    work.done('c')
    work.done('b')
    await nextTurn()
    expect(client.messagesRead).toBe(0)
    work.done('a')
    expect([await client.receive(), await client.receive(), await client.receive()]).toEqual([
      'a done',
      'b done',
      'c done',
    ])
  })

  it('or as they are ready, where the protocol says which request they are for', async () => {
    const work = new Work()
    const { client } = await meet({ handle: work.handle, order: 'replies' })
    await ask(client, 'a', 'b')
    await until(() => work.begun.length === 2)
    work.done('b')
    expect(await client.receive()).toBe('b done')
    work.done('a')
    expect(await client.receive()).toBe('a done')
  })

  it('at once for those that need no wait, between those that do', async () => {
    const work = new Work()
    const handle = (request: string): string | Promise<string> =>
      request === 'slow' ? work.handle(request) : `${request} at once`
    const { client } = await meet({ handle })
    await ask(client, 'a', 'slow', 'b')
    expect(await client.receive()).toBe('a at once')
    await until(() => work.begun.length === 1)
    work.done('slow')
    expect(await client.receive()).toBe('slow done')
    expect(await client.receive()).toBe('b at once')
  })

  it('as many as may be, and the next is not begun', async () => {
    const work = new Work()
    const { client } = await meet({ handle: work.handle, concurrency: 2 })
    await ask(client, 'a', 'b', 'c', 'd')
    await until(() => work.begun.length === 2)
    for (let turn = 0; turn < 10; turn += 1) await nextTurn()
    expect(work.begun).toEqual(['a', 'b'])
    work.done('b')
    for (let turn = 0; turn < 10; turn += 1) await nextTurn()
    // Its reply waits for that of "a", and takes its place until then.
    expect(work.begun).toEqual(['a', 'b'])
    work.done('a')
    await until(() => work.begun.length === 4)
    work.done('c')
    work.done('d')
    const replies = [await client.receive(), await client.receive(), await client.receive()]
    expect(replies).toEqual(['a done', 'b done', 'c done'])
  })

  it('and nothing is sent for one whose reply is undefined', async () => {
    const { client } = await meet({
      handle: async (request) => (request === 'note' ? undefined : `${request}!`),
    })
    await ask(client, 'note', 'ask', 'note', 'again')
    expect([await client.receive(), await client.receive()]).toEqual(['ask!', 'again!'])
  })

  it('as a client with requests in order has it', async () => {
    const server = make<string, string>(
      { framing: lines() },
      serveRequests({
        handle: async (request) => {
          for (let turns = Number(request) % 7; turns > 0; turns -= 1) await nextTurn()
          return `${request} done`
        },
      }),
    )
    await server.listen(loopback)
    const client = createClient<string, string>(server.address(), { framing: lines() })
    onTestFinished(async () => void (await client.close({ drain: 0 })))
    const numbers = Array.from({ length: 500 }, (_, number) => String(number))
    const replies = await Promise.all(numbers.map((number) => client.request(number)))
    expect(replies).toEqual(numbers.map((number) => `${number} done`))
  })
})

describe('what is under way is replied to', () => {
  it('though the client has ended its direction', async () => {
    const work = new Work()
    const { client } = await meet({ handle: work.handle })
    await ask(client, 'a', 'b')
    await client.end()
    await until(() => work.begun.length === 2)
    work.done('b')
    work.done('a')
    const replies: string[] = []
    for await (const reply of client) replies.push(reply)
    expect(replies).toEqual(['a done', 'b done'])
    expect((await client.closed).reason).toBe('ended')
  })

  it('though the server drains, and nothing more is begun', async () => {
    const work = new Work()
    const { server, client } = await meet({ handle: work.handle })
    await ask(client, 'a')
    await until(() => work.begun.length === 1)
    const closing = server.close({ drain: 60_000 })
    await nextTurn()
    void client.send('late')
    work.done('a')
    expect(await client.receive()).toBe('a done')
    await client.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
    expect(work.begun).toEqual(['a'])
  })
})

describe('what goes wrong', () => {
  const bug = new Error('a bug')

  it.each(['throws', 'rejects'])(
    'in a handler that %s is an error of the protocol',
    async (how) => {
      const { client, errors } = await meet({
        handle: (request) => {
          if (request !== 'bad') return `${request} is fine`
          if (how === 'throws') throw bug
          return Promise.reject(bug)
        },
        failed: (error, request) => `ERROR ${request}: ${(error as Error).message}`,
      })
      await ask(client, 'one', 'bad', 'two')
      const replies = [await client.receive(), await client.receive(), await client.receive()]
      expect(replies).toEqual(['one is fine', 'ERROR bad: a bug', 'two is fine'])
      expect(errors).toEqual([])
    },
  )

  it.each(['handle', 'failed'] as const)('in %s ends the connection by default', async (where) => {
    const work = new Work()
    const failed = where === 'failed' ? { failed: () => Promise.reject(bug) } : {}
    const { server, client, errors } = await meet({ handle: work.handle, ...failed })
    const [connection] = [...server.connections]
    await ask(client, 'a', 'b')
    await until(() => work.begun.length === 2)
    // The loop waits for a request that never comes.
    work.failed('b', bug)
    expect(await connection?.closed).toMatchObject({ reason: 'handler-failed' })
    expect(errors).toMatchObject([{ code: 'HAWSER_HANDLER_FAILED', cause: bug }])
    work.done('a')
    await nextTurn()
  })

  it('with a reply that the framing cannot carry ends the connection', async () => {
    const { server, client, errors } = await meet({ handle: async () => 'two\nlines' })
    const [connection] = [...server.connections]
    await ask(client, 'a')
    expect(await connection?.closed).toMatchObject({ reason: 'handler-failed' })
    expect(errors).toMatchObject([{ cause: { code: 'HAWSER_MESSAGE_INVALID' } }])
  })

  it('behind a client that is gone is of no interest', async () => {
    const work = new Work()
    const { server, client, errors } = await meet({ handle: work.handle })
    const [connection] = [...server.connections]
    await ask(client, 'a', 'b', 'c')
    await until(() => work.begun.length === 3)
    client.reset()
    expect(await connection?.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    work.done('a')
    work.failed('b', bug)
    work.done('c')
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(errors).toEqual([])
  })
})

it('a client that reads no replies is read from no further', async () => {
  const reply = 'x'.repeat(10_000)
  const server = make<string, string>(
    { framing: lines(), outbox: 4 * 1024 * 1024 },
    serveRequests({ handle: async () => reply, concurrency: Infinity }),
  )
  await server.listen(loopback)
  const accepted = nextConnection(server)
  const client = await connect<string, string>({ ...loopback, port: portOf(server) })
  onTestFinished(() => client.reset())
  client.pause()
  const connection = await accepted
  void client.send('ask\n'.repeat(50_000))
  await until(() => connection.unsent > 100_000)
  for (let turn = 0; turn < 50; turn += 1) await nextTurn()
  expect(connection.unsent).toBeLessThan(4 * 1024 * 1024)
  expect(connection.phase).toBe('open')
})

const handle = (): string => 'x'
it.each<[object, RegExp]>([
  [{}, /^handle is missing: it makes the reply to a request/],
  [{ handle, concurrency: 0 }, /^concurrency is 0: it takes a number of requests/],
  [{ handle, order: 'any' }, /^order is "any": it takes requests or replies/],
  [{ handle, concurency: 5 }, /^concurency is not an option: did you mean concurrency/],
])('refuses %j', (options, message) => {
  expect(() => serveRequests(options as Options)).toThrow(
    expect.objectContaining({
      code: 'HAWSER_INVALID_OPTION',
      message: expect.stringMatching(message) as string,
    }),
  )
})
