import { setMaxListeners } from 'node:events'
import {
  type ConnectionState,
  type LentServer,
  type ProxyAround,
  type ReplayDefinition,
  WorkbenchError,
} from '@hawser/workbench'
import type { Connection } from 'hawser'
import { logTraffic, openLog, type TrafficLog } from 'hawser/log'
import { CommandError } from '../../failure.js'
import { localName, remoteName } from '../../output/addresses.js'
import { AsServer } from '../../replay/as-server.js'
import { describeDifference } from '../../replay/report.js'
import { type Audience, Stage } from '../../replay/stage.js'
import { ByHand } from './by-hand.js'

/** Milliseconds that a client may be silent where it is to speak: it may be a person. */
const wait = 60_000
const maxConnections = 1_000

/**
 * Serve clients from a session log for the workbench.
 *
 * @returns rejects with CommandError for a log that has nothing to be played, with what the library says when it cannot
 *   listen
 */
export async function lendReplay(
  definition: ReplayDefinition,
  around: ProxyAround,
): Promise<LentServer> {
  const { listen, path, connection: only, expect = 'bytes' } = definition
  const recording = await openLog(path)
  const abort = new AbortController()
  // Each connection listens to it, and there may be thousands.
  setMaxListeners(0, abort.signal)
  const note = (text: string): void => {
    around.log.event({ event: 'note', text, session: around.details['session'] })
  }
  const settings = { speed: Infinity, wait, expect, masks: [], framing: undefined }
  const stage = new Stage(recording, 'server', settings, createAudience(note), abort.signal)
  let begun = (): void => {}
  const listening = new Promise<void>((resolve) => (begun = resolve))
  const player = new AsServer(
    stage,
    { listening: () => begun(), notice: note },
    { only, rounds: Infinity, maxConnections, tls: undefined },
  )
  const { server } = player
  const traffic = await logTraffic(server, around.log, { details: around.details })
  const over = endWith(player.run(listen), async () => {
    await traffic.stop()
    await recording.close()
  })
  over.catch(() => {})
  await Promise.race([
    listening,
    over.then(() => {
      throw new CommandError(`${path} has no connection to be played`, 'choose another log')
    }),
  ])
  over.catch((error: Error) => around.failed(error.message))
  const since = new WeakMap<object, number>()
  server.on('connection', (connection) => since.set(connection, Date.now()))
  const counts = countBytes(server, around)
  const byHand = new ByHand()

  return {
    get addresses() {
      return server
        .addresses()
        .map((address) =>
          typeof address === 'string' ? address : nameOf(address.address, address.port),
        )
    },
    get accepted() {
      return server.info().accepted
    },
    get refused() {
      return Object.values(server.info().refused).reduce((sum, count) => sum + count, 0)
    },
    get bytesRead() {
      return counts().read
    },
    get bytesWritten() {
      return counts().written
    },
    connections(most) {
      const all = [...server.connections]
      return {
        all: all.length,
        connections: all.slice(0, most).map((each) => ({
          ...describe(each, traffic),
          since: since.get(each) ?? 0,
          isPaused: byHand.isPaused(each),
        })),
      }
    },
    act(number, act) {
      const found = [...server.connections].find((each) => traffic.numberOf(each) === number)
      if (found === undefined) {
        const text = `connection ${number} is not open any more`
        throw new WorkbenchError('WORKBENCH_NOT_FOUND', text)
      }
      byHand.act(found, act)
    },
    async stop() {
      abort.abort()
      await over.catch(() => {})
    },
  }
}

async function endWith(run: Promise<unknown>, end: () => Promise<void>): Promise<void> {
  try {
    await run
  } finally {
    await end()
  }
}

/** What a client did otherwise than it was recorded stands in the log, beside what it said. */
function createAudience(note: (text: string) => void): Audience {
  return {
    played({ connection }, { difference, failure }) {
      const who = `played connection ${connection}`
      if (failure !== undefined) note(`${who}: ${failure}`)
      if (difference === undefined) return
      const [head = ''] = describeDifference(difference, { who, whose: 'client', wait })
      note(head)
    },
    skipped: ({ connection }, why) => note(`connection ${connection} is not played: ${why}`),
    masked: () => {},
  }
}

/** @returns how many bytes were read and written, of all connections */
function countBytes(
  server: AsServer['server'],
  around: ProxyAround,
): () => { readonly read: number; readonly written: number } {
  const gone = { read: 0, written: 0 }
  server.on('connection', (connection) => {
    around.changed()
    void connection.closed.then(({ bytesRead, bytesWritten }) => {
      gone.read += bytesRead
      gone.written += bytesWritten
      around.changed()
    })
  })
  return () => {
    let { read, written } = gone
    for (const { bytesRead, bytesWritten } of server.connections) {
      read += bytesRead
      written += bytesWritten
    }
    return { read, written }
  }
}

function describe(
  connection: Connection,
  traffic: TrafficLog,
): Omit<ConnectionState, 'since' | 'isPaused'> {
  const { phase, bytesRead, bytesWritten, unsent } = connection
  return {
    ...{ id: traffic.numberOf(connection) ?? 0, session: 0 },
    ...{ local: localName(connection), remote: remoteName(connection) },
    ...{ phase, bytesRead, bytesWritten, unsent },
  }
}

function nameOf(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
