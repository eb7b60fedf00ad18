import { channel } from 'node:diagnostics_channel'
import { simulate } from 'hawser/simulate'
import { describe, expect, it } from 'vitest'

/** What a server says when one of its connections has closed. */
function closed(connections: number, topics: number, used: number): Promise<unknown> {
  const server = { info: () => ({ connections, topics, memory: { used, limit: 1_000 } }) }
  return simulate({ seed: 1, hosts: ['host'] }, async (world) => {
    await world.host('host').start(() => {
      const connection = {}
      channel('hawser:connection:close').publish({ connection, server, info: {} })
    })
  })
}

describe('a server', () => {
  it('that holds nothing when it has no connections is right', async () => {
    await closed(0, 0, 0)
    await closed(1, 2, 3)
  })

  it.each([
    [0, 0, 7, 'a server of host without connections holds 7 bytes'],
    [0, 2, 0, 'a server of host without connections has 2 topics'],
    [1, 0, -1, 'a server of host holds -1 bytes'],
  ])('with %i connections, %i topics and %i bytes is not', async (...values) => {
    const [connections, topics, used, what] = values
    await expect(closed(connections, topics, used)).rejects.toMatchObject({ failure: { what } })
  })

  it.each([
    ['all of its memory, one read and one message', 1_000 + 65_536 + 500, undefined],
    [
      'more than that',
      1_000 + 65_536 + 501,
      'a server of host holds 67037 bytes: its memory is 1000, one read is 65536, and no connection has more than 500 unsent',
    ],
  ])('may hold %s, and no more', async (_what, used, what) => {
    const connections = [{ unsent: 7 }, { unsent: 500 }]
    const memory = { used, limit: 1_000 }
    const server = { info: () => ({ connections: 1, topics: 0, memory }), connections }
    const run = simulate({ seed: 1, hosts: ['host'] }, (world) =>
      world.host('host').start(async (process) => {
        const connection = {}
        channel('hawser:connection:open').publish({ connection, server })
        await process.sleep(1_000)
        channel('hawser:connection:close').publish({ connection, server, info: {} })
      }),
    )
    const failure = await run.then(
      () => undefined,
      (error: { failure: { what: string } }) => error.failure.what,
    )
    expect(failure).toBe(what)
  })
})
