import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { Link } from '../src/link.js'
import { ScriptedNats } from './support/scripted-nats.js'

const turn = (): Promise<void> => new Promise(setImmediate)
const server = '127.0.0.1:4222'
const none = new Uint8Array()

function start(): { nats: ScriptedNats; link: Link; told: string[] } {
  const nats = new ScriptedNats()
  const told: string[] = []
  const link = new Link(
    nats.client,
    {
      failed: (error) => void told.push(`failed: ${error.message}`),
      disconnected: (error) => void told.push(`lost: ${error.message}`),
      reconnected: () => void told.push('back'),
    },
    { every: 10_000, misses: 2 },
  )
  // Its pings would go on in the tests of other files. Without a connection, nothing is drained.
  onTestFinished(async () => {
    nats.say({ type: 'disconnect', server })
    await turn()
    await link.close()
  })
  return { nats, link, told }
}

afterEach(() => void vi.useRealTimers())

it('what is sent in one turn shares a ping, and the next turn has its own', async () => {
  const { nats, link } = start()
  const first = link.flushed()
  expect(link.flushed()).toBe(first)
  expect(nats.pings).toHaveLength(0)
  await turn()
  const second = link.flushed()
  expect(second).not.toBe(first)
  await turn()
  expect(nats.pings).toHaveLength(2)
  for (const { reply } of nats.pings) reply()
  await Promise.all([first, second])
})

it('a ping leaves with the messages of its callback, four times in a turn, and once at its end', async () => {
  const { nats, link } = start()
  for (let callback = 0; callback < 6; callback += 1) {
    for (const subject of ['one', 'two']) void link.publish(subject, none)
    queueMicrotask(() => void nats.calls.push('written'))
    await new Promise(process.nextTick)
  }
  await turn()
  const early = ['one', 'two', 'ping', 'written']
  const late = ['one', 'two', 'written']
  expect(nats.calls).toEqual([...early, ...early, ...early, ...early, ...late, ...late, 'ping'])
  nats.calls.length = 0
  void link.publish('three', none)
  await turn()
  expect(nats.calls).toEqual(['three', 'ping'])
})

it('what was sent before the connection ended is not confirmed by the next connection', async () => {
  const { nats, link, told } = start()
  const sent = []
  for (let message = 0; message < 5; message += 1) {
    sent.push(link.publish('one', none))
    await Promise.resolve()
  }
  nats.say({ type: 'disconnect', server })
  // The client refuses the replies that it waits for; for the last one it was not asked yet.
  for (const { fail } of nats.pings) fail()
  await expect(sent[0]).rejects.toThrow(/disconnected/)
  await expect(sent[4]).rejects.toThrow(/connection to the NATS server ended/)
  expect(nats.pings).toHaveLength(4)
  expect(told).toEqual([`lost: the connection to the NATS server ${server} ended`])
})

it('the link is back when the server has replied to a ping behind the subscriptions', async () => {
  const { nats, link, told } = start()
  nats.say({ type: 'disconnect', server })
  nats.say({ type: 'disconnect', server })
  await turn()
  nats.say({ type: 'reconnect', server })
  nats.say({ type: 'reconnect', server })
  await turn()
  expect([link.connected, told.length]).toEqual([false, 1])
  for (const { reply } of nats.pings) reply()
  await turn()
  expect([link.connected, told.at(-1), told.length]).toEqual([true, 'back', 2])
})

it.each(['reply', 'fail'] as const)(
  'a connection that ends around that ping (%s) was never back',
  async (way) => {
    const { nats, link, told } = start()
    nats.say({ type: 'disconnect', server })
    nats.say({ type: 'reconnect', server })
    await turn()
    nats.say({ type: 'disconnect', server })
    await turn()
    for (const ping of nats.pings) ping[way]()
    await turn()
    expect([link.connected, told.length]).toEqual([false, 1])
  },
)

it('a complaint is told once until the link was lost and back', async () => {
  const { nats, told } = start()
  const error = new Error('Permissions Violation')
  for (let time = 0; time < 3; time += 1) nats.say({ type: 'error', error })
  await turn()
  expect(told).toEqual(['failed: the NATS server complained: Permissions Violation'])
})

it('a server that stopped replying to pings is named as why the link is lost', async () => {
  const { nats, told } = start()
  nats.say({ type: 'staleConnection' })
  nats.say({ type: 'disconnect', server })
  await turn()
  expect(told).toEqual([
    `lost: the connection to the NATS server ${server} ended: it did not reply to pings`,
  ])
})

it('a drain that does not end is given up, and the connection closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { nats, link } = start()
  const closing = link.close()
  await vi.advanceTimersByTimeAsync(900)
  await closing
  expect(nats.calls).toEqual(['drain', 'close'])
  expect(vi.getTimerCount()).toBe(0)
})

it('a link that is lost is closed without a drain', async () => {
  const { nats, link } = start()
  nats.say({ type: 'disconnect', server })
  await turn()
  await link.close()
  expect(nats.calls).toEqual(['close'])
})
