import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Client, type ClientOptions, createClient, jsonLines } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

interface News {
  readonly id: number
}

async function subscribe(
  options: ClientOptions<News, News> = {},
): Promise<{ client: Client<News, News>; peer: ScriptedPeer }> {
  const listener = await ScriptedPeer.listen()
  const client = createClient<News, News>(listener.address, {
    framing: jsonLines<News>(),
    ...options,
  })
  onTestFinished(async () => {
    await client.close({ drain: 0 })
    await listener.close()
  })
  const peer = await listener.accept()
  await client.ready()
  return { client, peer }
}

function news(first: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `{"id":${first + at}}\n`).join('')
}

it('an iteration that is left takes no message with it that it had asked for', async () => {
  const { client, peer } = await subscribe()
  const left = client[Symbol.asyncIterator]()
  const asked = left.next()
  await left.return?.()
  expect(await asked).toEqual({ done: true, value: undefined })
  await peer.send(news(1, 1))
  const messages = client[Symbol.asyncIterator]()
  expect(await messages.next()).toEqual({ done: false, value: { id: 1 } })
  expect(await left.next()).toEqual({ done: true, value: undefined })
})

it('a request that times out behind messages that nobody takes says so', async () => {
  const clock = new VirtualClock()
  const { client, peer } = await subscribe({ requestTimeout: 1_000, clock })
  await peer.send(news(1, 256))
  await until(() => client.connection?.messagesRead === 256)
  const asked = client.request({ id: 0 }).catch((error: unknown) => error)
  await peer.receives('{"id":0}\n')
  await peer.send(news(257, 1))
  await until(() => client.connection?.bytesRead === Buffer.byteLength(news(1, 257)))
  await clock.advance(1_000)
  expect(await asked).toMatchObject({
    code: 'HAWSER_REQUEST_TIMEOUT',
    message: expect.stringContaining('iterate over the client') as string,
  })
})

it('large messages that are not taken make their connection wait before there are many', async () => {
  const clock = new VirtualClock()
  const { client, peer } = await subscribe({
    requestTimeout: 1_000,
    clock,
    correlate: { unsolicited: 'push' },
  })
  const large = `{"id":1,"text":"${'x'.repeat(64 * 1024)}"}\n`
  const count = 48
  for (let each = 0; each < count; each += 1) await peer.send(large)
  await until(() => client.connection?.bytesRead === count * large.length)
  const held = client.connection?.messagesRead ?? 0
  expect(held).toBeGreaterThanOrEqual(32)
  expect(held).toBeLessThan(40)
  const asked = client.request({ id: 0 }).catch((error: unknown) => error)
  await clock.advance(1_000)
  expect(await asked).toMatchObject({
    message: expect.stringContaining('iterate over the client') as string,
  })
  // Once they are taken, the others come, but for one in the place of the reply.
  const messages = client[Symbol.asyncIterator]()
  for (let each = 1; each < count; each += 1) expect((await messages.next()).done).toBe(false)
})

it('messages that were taken are let go of, though others always wait', async () => {
  const { client, peer } = await subscribe()
  const messages = client[Symbol.asyncIterator]()
  const taken: WeakRef<News>[] = []
  await peer.send(news(0, 100))
  for (let first = 100; first < 1_000; first += 50) {
    await peer.send(news(first, 50))
    await until(() => client.connection?.messagesRead === first + 50)
    for (let each = 0; each < 50; each += 1) {
      const { value } = await messages.next()
      taken.push(new WeakRef(value as News))
    }
  }
  await new Promise(setImmediate)
  collect()
  const live = taken.filter((each) => each.deref() !== undefined)
  expect(live.length).toBeLessThan(100)
})
