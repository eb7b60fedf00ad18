import { nodeServer, type Candidate } from '../candidates.js'
import { ratio, type Sample, type Scenario, type Session } from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'

const pattern = { connections: 50, window: 100, kind: 'lines', answer: 'upper' } as const

/** What it costs that a server can be watched, and that it is. */
export const observe: Scenario = {
  id: 'observe',
  title: 'watched and unwatched',
  description:
    '50 connections, 100 messages of 20–200 bytes in flight on each, where a message costs the ' +
    'least and so a check the most; "cannot be watched" is the same build with every look at ' +
    '`hasSubscribers` and what it guards left out',
  passes: 8,
  // Where code lands in memory is worth more than a check, and lasts as long as the process.
  freshServers: true,
  candidates: [
    nodeServer(
      'unobservable',
      'Hawser lines(), cannot be watched',
      'hawser-observe',
      'unobservable',
    ),
    nodeServer('nobody', 'Hawser lines(), nobody watches', 'hawser-observe', 'nobody'),
    nodeServer('metrics', 'the same, collectMetrics()', 'hawser-observe', 'metrics'),
    nodeServer('channels', 'the same, a subscriber on every channel', 'hawser-observe', 'channels'),
  ],
  columns: exchangeColumns,
  figures: [
    {
      title: 'nobody watches: CPU per message to a build that cannot be watched',
      atMost: 1.02,
      unit: '×',
      value: ratio('cpu', 'nobody', 'unobservable'),
    },
  ],
  warmUp: (_, session) => warmUpExchange(session, pattern),
  measure: measureWatched,
}

async function measureWatched({ id }: Candidate, session: Session): Promise<Sample> {
  const before = (await session.server.ask('events')) as number
  const sample = await measureExchange(session, pattern)
  const seen = ((await session.server.ask('events')) as number) - before
  // A comparison of watchers that saw nothing would be one of nothing.
  if (seen > 0 !== (id === 'channels')) throw new Error(`${id} was told of ${seen} events`)
  return sample
}
