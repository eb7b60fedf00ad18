import { type Connection, createClient, lines } from 'hawser'
import type { ScriptedListener, ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { makePool } from './support/pools.js'
import { leave, listenScripted } from './support/scripted.js'

forbidStrayErrors()

// Two sides that each stop reading until the other one has read would wait for each other for ever.

const line = 'x'.repeat(64 * 1024 - 1)
const unlimited = { framing: lines(), outbox: Infinity, writeTimeout: Infinity } as const

/** The next client of a listener, which is read nothing from. */
async function acceptDeaf(listener: ScriptedListener): Promise<ScriptedPeer> {
  const peer = await listener.accept()
  peer.stopReading()
  return peer
}

/** Sends, and awaits nothing, until the operating system takes no more and much is left. */
async function fillOutbox(connection: Connection<string, string>): Promise<void> {
  await until(() => {
    for (let count = 0; count < 64; count += 1) void connection.send(line)
    return connection.unsent > 4 * 1024 * 1024
  })
  expect(connection.canSend).toBe(false)
}

describe('while its outbox is blocked, because the server reads nothing,', () => {
  it('a client still hears the server', async () => {
    const listener = await listenScripted()
    const heard: string[] = []
    const client = createClient<string, string>(listener.address, {
      ...unlimited,
      onMessage: (message) => void heard.push(message),
    })
    onTestFinished(async () => {
      await client.close({ drain: 0 })
    })
    const peer = await acceptDeaf(listener)
    await client.ready()
    const connection = client.connection as Connection<string, string>
    await fillOutbox(connection)
    await peer.send('first\nsecond\n')
    await until(() => heard.length === 2)
    expect(heard).toEqual(['first', 'second'])
    expect(connection.canSend).toBe(false)
    await leave(peer)
  })

  it('a client gets the reply to what left before', async () => {
    const listener = await listenScripted()
    const client = createClient<string, string>(listener.address, unlimited)
    onTestFinished(async () => {
      await client.close({ drain: 0 })
    })
    const peer = await listener.accept()
    await client.ready()
    const reply = client.request('what?')
    await peer.receives('what?\n')
    peer.stopReading()
    await fillOutbox(client.connection as Connection<string, string>)
    await peer.send('this\n')
    expect(await reply).toBe('this')
    await leave(peer)
  })

  it('a lease of a pool still hears the server, and gets its replies', async () => {
    const listener = await listenScripted()
    const heard: string[] = []
    const pool = makePool(listener.address, {
      ...unlimited,
      correlate: { unsolicited: 'push' },
      onMessage: (message) => void heard.push(message),
    })
    const [lease, peer] = await Promise.all([pool.acquire(), listener.accept()])
    const reply = lease.request('what?')
    await peer.receives('what?\n')
    peer.stopReading()
    await fillOutbox(lease.connection)
    await peer.send('this\nand news\n')
    expect(await reply).toBe('this')
    await until(() => heard.length === 1)
    expect(heard).toEqual(['and news'])
    lease.discard()
    await leave(peer)
  })
})
