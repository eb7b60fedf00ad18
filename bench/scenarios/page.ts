import { nodeServer } from '../candidates.js'
import { ratio, type Scenario } from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'

const pattern = { connections: 20, window: 1, kind: 'lines', answer: 'same' } as const

/** What a page costs the server that it shows. */
export const page: Scenario = {
  id: 'page',
  title: 'hawser serve with a page',
  description:
    '20 connections, one line of 20–200 bytes in flight on each, sent back by `hawser serve --echo`, which shows all of ' +
    'it on its terminal; with `--page` it writes a session log as well, and a page that follows asks for 45 rows up to 30 ' +
    'times a second',
  passes: 2,
  candidates: [
    nodeServer('plain', 'hawser serve --echo', 'page/command', 'plain'),
    nodeServer('closed', 'the same with --page, closed', 'page/command', 'closed'),
    nodeServer('following', 'the same with --page, following', 'page/command', 'following'),
  ],
  columns: exchangeColumns.map((column) => ({ ...column, digits: Math.min(column.digits, 2) })),
  figures: [
    {
      title: 'serve --page, the page following: to serve',
      atMost: 1.3,
      unit: '×',
      value: ratio('cpu', 'following', 'plain'),
    },
    {
      title: 'serve --page, the page closed: to serve',
      atMost: 1.05,
      unit: '×',
      value: ratio('cpu', 'closed', 'plain'),
    },
  ],
  warmUp: (_, session) => warmUpExchange(session, pattern),
  measure: (_, session) => measureExchange(session, pattern),
}
