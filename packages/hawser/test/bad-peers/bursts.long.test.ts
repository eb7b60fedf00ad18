import { readdirSync } from 'node:fs'
import { createServer, lines, type Server } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

const total = 5_000
const atOnce = 100

/** Everything a leak would show in. */
function countResources(clock: VirtualClock) {
  const kinds: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    sockets: kinds['TCPSocketWrap'] ?? 0,
    servers: kinds['TCPServerWrap'] ?? 0,
    timers: clock.pending,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

async function listen(server: Server<string, string>): Promise<Server<string, string>> {
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  return server.listen({ host: '127.0.0.1', port: 0 })
}

/** Connects, does one thing, and resets; over and over. */
async function storm(
  server: Server<string, string>,
  act: (peer: ScriptedPeer, index: number) => Promise<void>,
): Promise<void> {
  for (let done = 0; done < total; done += atOnce) {
    const peers = Array.from({ length: atOnce }, async (_none, index) => {
      const peer = await ScriptedPeer.connect(server.address())
      await act(peer, done + index)
      peer.reset()
      await peer.closed
    })
    await Promise.all(peers)
  }
}

const servers: [string, (clock: VirtualClock) => Server<string, string>][] = [
  [
    'a function handler',
    (clock) =>
      createServer({ framing: lines(), clock }, async (connection) => {
        for await (const line of connection) await connection.send(line)
      }),
  ],
  [
    'a handler object',
    (clock) =>
      createServer(
        { framing: lines(), clock, idleTimeout: 60_000, firstByteTimeout: 60_000 },
        { message: (connection, line) => connection.send(line) },
      ),
  ],
]

describe.skipIf(process.platform !== 'linux')('5,000 connects and resets in a burst', () => {
  it.each(servers)('leak nothing under %s', async (_name, make) => {
    const clock = new VirtualClock()
    const server = await listen(make(clock))
    const closings: string[] = []
    server.on('connection', (connection) => {
      void connection.closed.then(({ reason }) => closings.push(reason))
    })
    // One round of each kind first: what is made once and kept is no leak.
    const warmUp = await ScriptedPeer.connect(server.address())
    await warmUp.send('x\n')
    await warmUp.receives('x\n')
    warmUp.reset()
    await until(() => closings.length === 1)
    const before = countResources(clock)

    await storm(server, async (peer, index) => {
      // A reset at once, in the middle of a frame, before the answer, after the answer.
      const kind = index % 4
      if (kind >= 1) await peer.send(kind === 1 ? 'half' : 'line\n').catch(() => undefined)
      if (kind === 3) await peer.receives('line\n')
    })

    await until(() => server.connections.size === 0 && closings.length === server.info().accepted)
    await until(() => countResources(clock).descriptors <= before.descriptors)
    expect(countResources(clock)).toEqual(before)
    const after = server.info()
    expect(after).toMatchObject({ connections: 0, memory: { used: 0 } })
    // Of those that reset before they were accepted the kernel keeps nothing but the descriptor.
    expect(after.accepted - 1).toBeGreaterThanOrEqual(total / 4)
    expect(after.accepted - 1).toBeLessThanOrEqual(total)
    expect(new Set(closings)).toEqual(new Set(['reset']))
  })
})
