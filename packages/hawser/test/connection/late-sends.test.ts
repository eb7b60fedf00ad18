import type { Connection } from 'hawser'
import { expect, it } from 'vitest'
import { attach, type AttachOptions } from './support/attach.js'
import { collect } from './support/turns.js'

type Texts = Connection<string, string>

const ended = { code: 'HAWSER_CONNECTION_ENDED' }

/** Who takes the messages, until our direction has ended because the peer's has. */
const owners: Record<
  string,
  { options?: AttachOptions<string, string>; take?: (connection: Texts) => Promise<unknown> }
> = {
  'a loop': { take: collect },
  'a loop over batches': {
    async take(connection) {
      for await (const batch of connection.batches()) expect(batch).toEqual(['last'])
    },
  },
  'a handler object': { options: { handler: { message() {} } } },
  'a handler object that takes its time': { options: { handler: { async message() {} } } },
  'a function handler': { options: { run: async (own) => void (await collect(own)) } },
}

it.each(Object.entries(owners))(
  'after the end of the peer, and of %s, are refused alike before and after the close',
  async (_name, { options, take }) => {
    const { connection, peer } = attach(options)
    const told = peer.receiveAll()
    await peer.send('last\n')
    peer.end()
    await take?.(connection)
    await told
    const before = connection.send('late')
    await expect(before).rejects.toMatchObject(ended)
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
    await expect(connection.send('late')).rejects.toMatchObject(ended)
    expect(connection.trySend('late')).toBe(false)
  },
)

it('after our own end are refused alike when the peer has ended too', async () => {
  const { connection, peer } = attach()
  await connection.end()
  peer.end()
  await connection.closed
  await expect(connection.send('late')).rejects.toMatchObject(ended)
})

it('after an error have it as their cause, and no end in order as their reason', async () => {
  const { connection, peer } = attach()
  await connection.end()
  peer.reset()
  expect(await connection.closed).toMatchObject({ reason: 'reset' })
  await expect(connection.send('late')).rejects.toMatchObject({
    code: 'HAWSER_CONNECTION_CLOSED',
    cause: { code: 'HAWSER_CONNECTION_RESET' },
  })
})
