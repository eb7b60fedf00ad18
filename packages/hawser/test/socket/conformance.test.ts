import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Endpoint, parseEndpoint } from 'hawser'
import { transportCases, type Transport, type TransportPair } from 'hawser/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/connection/time/system-clock.js'
import { dial } from '../../src/socket/dial/dial.js'
import type { SocketEndpoint } from '../../src/socket/endpoint.js'
import { Listener } from '../../src/socket/listen/listener.js'
import type { SocketTransport } from '../../src/socket/socket-transport.js'
import { ClientTls } from '../../src/socket/tls/client-tls.js'
import { ServerTls } from '../../src/socket/tls/server-tls.js'
import { identities } from '../tls/support/identities.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hawser-conformance-'))
})

afterAll(() => rm(folder, { recursive: true }))

/** A client's and a server's end of one connection, as the library makes them. */
async function makePair(endpoint: Endpoint, fastRead: boolean): Promise<TransportPair> {
  const keepAlive = { idle: Infinity, probes: undefined }
  const options = { backlog: 5, noDelay: true, keepAlive, fastRead, offersTls: false }
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
    connectTimeout: Infinity,
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

/** The same under TLS: both ends are upgraded, as the library does it. */
async function makeTlsPair(fastRead: boolean): Promise<TransportPair> {
  const { ca, site } = await identities
  const pair = await makePair({ host: '127.0.0.1', port: 0 }, fastRead)
  const limits = { timeout: Infinity, clock: systemClock }
  const [left, right] = [pair.left as SocketTransport, pair.right as SocketTransport]
  await Promise.all([
    left.upgrade(new ClientTls({ ca }, '127.0.0.1').wrap, limits),
    right.upgrade(new ServerTls(site).wrap, limits),
  ])
  return pair
}

const kinds: readonly [string, () => Promise<TransportPair>][] = [
  ['TCP, reading into the static buffer', () => makePair({ host: '127.0.0.1', port: 0 }, true)],
  ['TCP, by the data event', () => makePair({ host: '127.0.0.1', port: 0 }, false)],
  ['TLS', () => makeTlsPair(true)],
  ['TLS on a socket that was read by the data event', () => makeTlsPair(false)],
  ['a Unix socket', () => makePair({ path: join(folder, 'fast.sock') }, true)],
  ['a Unix socket, by the data event', () => makePair({ path: join(folder, 'plain.sock') }, false)],
]

/**
 * They take a write that has to wait for one that fills all buffers. Under TLS every write waits,
 * because Node.js answers a turn later, so there they would look at the first, small one.
 */
const presumesTaking = new Set([
  'a write beyond all buffers waits for the reader',
  'unsent falls while a write is under way',
  'reset does not wait for a write that is under way, nor for the end behind it',
  'a peer that goes away ends a write that is under way',
  'and so it does though nothing is being read',
])

describe.each(kinds)('%s', (name, make) => {
  for (const each of transportCases()) {
    if (name.startsWith('TLS') && presumesTaking.has(each.name)) continue
    const applies = each.requires !== 'reset' || !name.includes('Unix')
    it.runIf(applies)(each.name, () => each.run(make))
  }

  it('declares what its kind can do', async () => {
    const pair = await make()
    expect(pair.left.capabilities).toEqual(pair.right.capabilities)
    expect(pair.left.capabilities).toEqual({
      reset: !name.includes('Unix'),
      halfClose: true,
      borrowedReads: !/data event|TLS/.test(name),
      writeProgress: true,
    })
    await pair.dispose()
  })
})
