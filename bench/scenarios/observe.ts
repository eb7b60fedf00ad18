import { nodeServer, type Candidate } from '../candidates.js'
import { ratio, scaled, type Sample, type Scenario, type Session } from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'

const pattern = { connections: 50, window: 100, kind: 'lines', answer: 'upper' } as const

/** Messages answered in memory for each part of a round. */
const messages = 200_000

/** What it costs that a server can be watched, and that it is. */
export const observe: Scenario = {
  id: 'observe',
  title: 'watched and unwatched',
  description:
    'lines of 20–200 bytes, 100 at a time, answered in upper case: from memory, with neither sockets ' +
    'nor system calls, and over 50 connections; "cannot be watched" is the same build with every ' +
    'look at `hasSubscribers` and what it guards left out',
  passes: 8,
  // Where code lands in memory is worth more than a check, and lasts as long as the process.
  freshServers: true,
  candidates: [
    nodeServer('unobservable', 'Hawser, cannot be watched', 'hawser/observe', 'unobservable'),
    nodeServer('unwatched', 'Hawser, not watched', 'hawser/observe', 'unwatched'),
    nodeServer('metrics', 'the same, collectMetrics()', 'hawser/observe', 'metrics'),
    nodeServer('channels', 'the same, subscribed to all', 'hawser/observe', 'channels'),
  ],
  columns: [{ key: 'memory', title: 'ns in memory', digits: 1, spread: true }, ...exchangeColumns],
  figures: [
    {
      title: 'in memory: unwatched to one that cannot be',
      atMost: 1.02,
      unit: '×',
      value: ratio('memory', 'unwatched', 'unobservable'),
    },
  ],
  async warmUp(_, session) {
    await session.server.ask('memory', scaled(2 * messages, session.scale))
    await warmUpExchange(session, pattern)
  },
  measure: measureWatched,
}

async function measureWatched({ id }: Candidate, session: Session): Promise<Sample> {
  const { server, scale } = session
  const before = (await server.ask('events')) as number
  const memory = (await server.ask('memory', scaled(messages, scale))) as number
  const sample = await measureExchange(session, pattern)
  const seen = ((await server.ask('events')) as number) - before
  // A comparison of watchers that saw nothing would be one of nothing.
  if (seen > 0 !== (id === 'channels')) throw new Error(`${id} was told of ${seen} events`)
  return { ...sample, memory }
}
