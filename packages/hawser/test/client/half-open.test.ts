import { type Client, createClient, lines } from 'hawser'
import type { ScriptedListener, ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { meetPool } from './support/pools.js'
import { listenScripted } from './support/scripted.js'

forbidStrayErrors()

/** A server that says its last word and ends. */
async function endFirst(peer: ScriptedPeer): Promise<void> {
  await peer.send('last\n')
  peer.end()
}

async function meetClient(allowHalfOpen: boolean | undefined): Promise<{
  client: Client<string, string>
  listener: ScriptedListener
  heard: string[]
  peer: ScriptedPeer
}> {
  const listener = await listenScripted()
  const heard: string[] = []
  const client = createClient<string, string>(listener.address, {
    framing: lines(),
    allowHalfOpen,
    random: () => 0,
    onMessage: (message) => void heard.push(message),
  })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return { client, listener, heard, peer: await listener.accept() }
}

describe('a client whose server has ended its direction', () => {
  it.each([undefined, false])(
    'ends its own and connects again (allowHalfOpen: %s)',
    async (open) => {
      const { client, listener, heard, peer } = await meetClient(open)
      await endFirst(peer)
      await peer.receivesEnd()
      expect(heard).toEqual(['last'])
      const next = await listener.accept()
      await client.send('to the next')
      await next.receives('to the next\n')
    },
  )

  it('keeps its own under allowHalfOpen, until it is closed', async () => {
    const { client, heard, peer } = await meetClient(true)
    await endFirst(peer)
    await until(() => client.connection?.phase === 'peer-ended')
    expect(heard).toEqual(['last'])
    for (const word of ['still', 'here']) {
      await client.send(word)
      await peer.receives(`${word}\n`)
    }
    const closing = client.close()
    await peer.receivesEnd()
    await closing
  })
})

describe('a pool whose server has ended its direction', () => {
  it.each([undefined, false])('ends the lease (allowHalfOpen: %s)', async (allowHalfOpen) => {
    const { pool, listener } = await meetPool({ allowHalfOpen })
    using lease = await pool.acquire()
    const peer = await listener.accept()
    peer.end()
    await peer.receivesEnd()
    await expect(lease.connection.send('late')).rejects.toMatchObject({
      code: 'HAWSER_CONNECTION_ENDED',
    })
  })

  it('keeps the lease under allowHalfOpen, and lends it to nobody else', async () => {
    const { pool, listener } = await meetPool({ allowHalfOpen: true })
    const lease = await pool.acquire()
    const { connection } = lease
    const peer = await listener.accept()
    peer.end()
    await until(() => connection.phase === 'peer-ended')
    await connection.send('still here')
    await peer.receives('still here\n')
    lease.release()
    await peer.closed
    using other = await pool.acquire()
    expect(other.connection).not.toBe(connection)
  })
})
