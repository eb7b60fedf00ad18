import { nodeServer } from '../candidates.js'
import { ratio, type Scenario } from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'
import { foreign, netBest, netEcho, netReadline, netSplit } from './servers.js'

const pattern = (id: string) =>
  ({
    connections: 50,
    window: 1,
    kind: 'lines',
    answer: id === netEcho.id ? 'same' : 'upper',
  }) as const

/** One message under way on each connection: what a read, a message and a write cost. */
export const single: Scenario = {
  id: 'single',
  title: 'one message in flight',
  description: '50 connections, one line of 20–200 bytes in flight on each, answered in upper case',
  passes: 4,
  candidates: [
    netEcho,
    netSplit,
    netBest,
    netReadline,
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines'),
    nodeServer('handler-fallback', 'the same, fastRead: false', 'hawser/lines', 'fallback'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration'),
    ...foreign,
  ],
  columns: exchangeColumns.map((column) => ({ ...column, digits: Math.min(column.digits, 2) })),
  figures: [
    {
      title: 'one in flight: handler to unframed node:net',
      atMost: 0.85,
      unit: '×',
      value: ratio('cpu', 'handler', 'net-echo'),
    },
    {
      title: 'one in flight, fastRead: false: the same',
      atMost: 1.15,
      unit: '×',
      value: ratio('cpu', 'handler-fallback', 'net-echo'),
    },
  ],
  warmUp: (candidate, session) => warmUpExchange(session, pattern(candidate.id)),
  measure: (candidate, session) => measureExchange(session, pattern(candidate.id)),
}
