import { connect, type Connection, createServer, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { closeAtEnd, loopback, portOf } from '../server/support/serving.js'
import { attach, type Attached, type AttachOptions } from './support/attach.js'
import { stateOf, turns } from './support/turns.js'

// The rules by which a blocked outbox stops reading, each by its name. A peer does not read, so that
// all that is sent beyond a few bytes waits.

type Text = Connection<string, string>

const long = 'x'.repeat(200)
const ignore = (): void => undefined

function attachDeaf(options: AttachOptions<string, string> = {}): Attached<string, string> {
  return attach({
    line: { backward: { capacity: 8 } },
    reading: false,
    highWaterMark: 100,
    ...options,
  })
}

/** Whether a message that the peer sends now is read and delivered. */
async function isDelivered(
  { peer, transport }: Attached<string, string>,
  delivered: () => Promise<boolean> | boolean,
): Promise<boolean> {
  await turns()
  const sent = peer.send('next\n').catch(ignore)
  await turns()
  const is = await delivered()
  expect(transport.paused).toBe(!is)
  void sent
  return is
}

describe('a handler object', () => {
  it.each([
    ['on a server’s connection', 'all'],
    ['on one of connect', 'handler'],
  ] as const)(
    '%s is stopped when its message left the outbox blocked and returned no promise',
    async (_whose, brakes) => {
      const got: string[] = []
      const message = (own: Text, line: string): void => {
        got.push(line)
        void own.send(long)
      }
      const attached = attachDeaf({ brakes, handler: { message } })
      await attached.peer.send('first\n')
      expect(await isDelivered(attached, () => got.includes('next'))).toBe(false)
    },
  )

  it('of a client or a pool is never stopped', async () => {
    const got: string[] = []
    const message = (own: Text, line: string): void => {
      got.push(line)
      void own.send(long)
    }
    const attached = attachDeaf({ brakes: 'none', handler: { message } })
    await attached.peer.send('first\n')
    expect(await isDelivered(attached, () => got.includes('next'))).toBe(true)
  })
})

/** A message was taken, and the outbox is blocked by a `send` that `use` was handed the promise of. */
async function takeAndSend(
  take: (own: Text) => { next(): Promise<unknown> },
  use: (room: Promise<void>) => unknown,
  options: AttachOptions<string, string> = {},
): Promise<boolean> {
  const attached = attachDeaf(options)
  await attached.peer.send('first\n')
  const messages = take(attached.connection)
  await messages.next()
  use(attached.connection.send(long))
  const next = messages.next()
  return isDelivered(attached, async () => (await stateOf(next)) !== 'pending')
}

const ways = {
  'a loop': (own: Text) => own[Symbol.asyncIterator](),
  'a loop over batches': (own: Text) => own.batches()[Symbol.asyncIterator](),
  readable: (own: Text) => own.readable[Symbol.asyncIterator](),
}

describe.each(Object.entries(ways))('%s on a server’s connection', (_name, take) => {
  it('is stopped while the pending send is awaited nowhere', async () => {
    expect(await takeAndSend(take, () => undefined)).toBe(false)
  })

  it('is stopped when the pending send is only caught', async () => {
    expect(await takeAndSend(take, (room) => room.catch(ignore))).toBe(false)
  })

  it.each<[string, (room: Promise<void>) => unknown]>([
    [
      'awaited',
      async (room) => {
        await room.catch(ignore)
      },
    ],
    ['followed by then', (room) => room.then(ignore, ignore)],
    ['caught, and what comes of that is followed by then', (r) => r.catch(ignore).then(ignore)],
    ['followed by finally', (room) => void room.finally(ignore).catch(ignore)],
  ])('goes on when the pending send is %s', async (_how, use) => {
    expect(await takeAndSend(take, use)).toBe(true)
  })
})

it('a loop on a connection of connect is never stopped', async () => {
  expect(await takeAndSend(ways['a loop'], () => undefined, { brakes: 'handler' })).toBe(true)
})

it('a Node.js stream of both directions is never stopped', async () => {
  const take = (own: Text): { next(): Promise<unknown> } => {
    const stream = own.duplex()
    stream.on('error', ignore)
    return stream[Symbol.asyncIterator]()
  }
  expect(await takeAndSend(take, () => undefined)).toBe(true)
})

it.each(['broadcast', 'topic'] as const)(
  'what others send (%s) counts as not waiting',
  async (how) => {
    const got: string[] = []
    const server = createServer<string, string>({ framing: lines() }, async (connection) => {
      connection.join('all')
      for await (const line of connection) got.push(line)
    })
    closeAtEnd(server)
    await server.listen(loopback)
    const peer = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
    onTestFinished(() => peer.reset())
    peer.pause()
    await until(() => server.connections.size === 1)
    const [member] = server.connections
    // More than the operating system takes.
    const text = 'y'.repeat(100_000)
    for (let each = 0; each < 70 && member?.canSend === true; each += 1) {
      for (let burst = 0; burst < 10; burst += 1) {
        if (how === 'broadcast') server.broadcast(text)
        else server.to('all').send(text)
        if (member.unsent > 1_000_000) break
      }
      await turns()
    }
    expect(member?.canSend).toBe(false)
    await peer.send('next')
    await turns()
    expect([got, member?.bytesRead]).toEqual([[], 0])
    peer.resume()
    void (async () => {
      for await (const _ of peer);
    })().catch(ignore)
    await until(() => got.length === 1)
  },
)
