import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Endpoint, parseEndpoint, type SocketEndpoint } from 'hawser'
import { transportCases, type Transport, type TransportPair } from 'hawser/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/connection/system-clock.js'
import { dial } from '../../src/socket/dial.js'
import { Listener } from '../../src/socket/listener.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hawser-conformance-'))
})

afterAll(() => rm(folder, { recursive: true }))

/** A client's and a server's end of one connection, as the library makes them. */
async function makePair(endpoint: Endpoint, fastRead: boolean): Promise<TransportPair> {
  const options = { backlog: 5, noDelay: true, keepAlive: Infinity, fastRead, offersTls: false }
  const events = new EventEmitter()
  const listener = new Listener(parseEndpoint(endpoint) as SocketEndpoint, options, {
    arrived: (arrival) => events.emit('accepted', arrival.take()),
    vanished: () => undefined,
    failed: (error) => events.emit('error', error),
  })
  await listener.listen()
  const accepted = once(events, 'accepted') as Promise<[Transport]>
  const { address } = listener
  if (address === null) throw new Error('the listener has no address')
  const target = typeof address === 'string' ? { path: address } : { ...address, host: '127.0.0.1' }
  const left = await dial(parseEndpoint(target), {
    ...options,
    keepAlive: { idle: Infinity, probes: undefined },
    timeout: Infinity,
    attemptDelay: Infinity,
    signal: undefined,
    localAddress: undefined,
    localPort: undefined,
    family: undefined,
    proxies: [],
    tls: undefined,
    clock: systemClock,
  })
  const [right] = await accepted
  const dispose = async (): Promise<void> => {
    left.reset()
    right.reset()
    listener.stop()
  }
  return { left, right, dispose }
}

const kinds: readonly [string, () => Promise<TransportPair>][] = [
  ['TCP, reading into the static buffer', () => makePair({ host: '127.0.0.1', port: 0 }, true)],
  ['TCP, by the data event', () => makePair({ host: '127.0.0.1', port: 0 }, false)],
  ['a Unix socket', () => makePair({ path: join(folder, 'fast.sock') }, true)],
  ['a Unix socket, by the data event', () => makePair({ path: join(folder, 'plain.sock') }, false)],
]

describe.each(kinds)('%s', (name, make) => {
  for (const each of transportCases()) {
    const applies = each.requires !== 'reset' || !name.includes('Unix')
    it.runIf(applies)(each.name, () => each.run(make))
  }

  it('declares what its kind can do', async () => {
    const pair = await make()
    expect(pair.left.capabilities).toEqual(pair.right.capabilities)
    expect(pair.left.capabilities).toEqual({
      reset: !name.includes('Unix'),
      halfClose: true,
      borrowedReads: !name.includes('data event'),
      writeProgress: true,
    })
    await pair.dispose()
  })
})
