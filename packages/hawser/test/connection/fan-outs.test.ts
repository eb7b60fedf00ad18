import { createServer, lines, type Server, type ServerConnection } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { isWhole } from '../../../../test/support/property-runs.js'
import { closeAtEnd, loopback, portOf } from '../server/support/serving.js'
import { largestTurn, until } from './support/largest-turn.js'

// Between two callbacks of a `setImmediate` loop, one connection causes 4,096 sends and one fan-out at
// most, however its messages are taken and whenever they are sent on.

const settled = Promise.resolve()

type Lines = ServerConnection<string, string>
type Chat = Server<string, string>
type Tell = (server: Chat, line: string) => void

/** How a program may take its messages. */
const takers: Record<string, (tell: Tell) => Chat> = {
  'a handler object': (tell) => {
    const server = createServer<string, string>(
      { framing: lines() },
      { message: (_, line) => tell(server, line) },
    )
    return server
  },
  'a handler that returns promises': (tell) => {
    const server = createServer<string, string>(
      { framing: lines() },
      {
        async message(_, line) {
          await settled
          tell(server, line)
        },
      },
    )
    return server
  },
  'a loop': (tell) =>
    withFunction(async (connection, server) => {
      for await (const line of connection) tell(server, line)
    }),
  'a loop over batches': (tell) =>
    withFunction(async (connection, server) => {
      for await (const batch of connection.batches()) for (const line of batch) tell(server, line)
    }),
  'its readable': (tell) =>
    withFunction(async (connection, server) => {
      for await (const line of connection.readable) tell(server, line)
    }),
  'a listener of its duplex': (tell) =>
    withFunction((connection, server) => {
      connection.duplex().on('data', (line: string) => tell(server, line))
      return connection.closed
    }),
}

/** When it may send them on. */
const moments: Record<string, (tell: Tell) => Tell> = {
  'at once': (tell) => tell,
  'behind an await': (tell) => (server, line) => {
    void (async () => {
      await settled
      tell(server, line)
    })()
  },
  'behind many awaits': (tell) => (server, line) => {
    void (async () => {
      for (let each = 0; each < 20; each += 1) await settled
      tell(server, line)
    })()
  },
}

function withFunction(take: (connection: Lines, server: Chat) => Promise<unknown>): Chat {
  const server: Chat = createServer<string, string>({ framing: lines() }, (connection) =>
    take(connection, server),
  )
  return server
}

async function peersOf(server: Chat, count: number): Promise<ScriptedPeer[]> {
  closeAtEnd(server)
  await server.listen(loopback)
  const peers = await Promise.all(
    Array.from({ length: count }, () => ScriptedPeer.connect({ port: portOf(server) })),
  )
  await until(() => server.connections.size === count)
  return peers
}

const sizes = isWhole ? [100, 500] : [100]

describe.each(sizes)('a flood of empty lines to a chat of %i members', (members) => {
  describe.each(Object.keys(takers))('taken by %s', (taker) => {
    it.each(Object.keys(moments))('and sent on %s', async (moment) => {
      let sent = 0
      const tell: Tell = (server, line) => void (sent += server.broadcast(line))
      const server = (takers[taker] as (tell: Tell) => Chat)(
        (moments[moment] as (tell: Tell) => Tell)(tell),
      )
      const peers = await peersOf(server, members)
      const lineCount = 40_000 / members
      const largest = largestTurn(() => sent)
      await peers[0]?.send('\n'.repeat(lineCount))
      await until(() => sent === lineCount * members)
      expect(largest()).toBeLessThanOrEqual(4_096 + members)
      for (const peer of peers) peer.reset()
    })
  })
})

it('lines that cause nothing are 1,024 a turn, also before and after those that are sent on', async () => {
  let sent = 0
  let taken = 0
  const server = createServer<string, string>(
    { framing: lines() },
    {
      message(_, line) {
        taken += 1
        if (line === 'tell')
          void (async () => {
            await settled
            sent += server.broadcast(line)
          })()
      },
    },
  )
  const peers = await peersOf(server, 100)
  const [largestSent, largestTaken] = [largestTurn(() => sent), largestTurn(() => taken)]
  const harmless = '\n'.repeat(5_000)
  await peers[0]?.send(`tell\n${harmless}${'tell\n'.repeat(500)}${harmless}`)
  await until(() => sent === 50_100)
  expect(largestSent()).toBeLessThanOrEqual(4_096 + 100)
  await until(() => taken === 10_501)
  expect(largestTaken()).toBe(1_024)
  for (const peer of peers) peer.reset()
})
