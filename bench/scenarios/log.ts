import { nodeServer } from '../candidates.js'
import { value, type Sample, type Scale, type Scenario, type Session } from '../scenario.js'

/** Rows of 64 bytes in the log that is searched: 2 GB, with what a row takes beside its bytes. */
const mostRows = 21_000_000
/** What the loads of the long form last, in milliseconds. */
const longLoad = 800

/** What it costs to log traffic, and to find something in it. */
export const log: Scenario = {
  id: 'log',
  title: 'the session log',
  description:
    'rows of 64 bytes from 50 connections, written to a file (2 GB; less with --quick), and that file ' +
    'searched for bytes that lie across two rows at its end; memory is the most that the process had',
  candidates: [nodeServer('log', 'hawser/log', 'hawser/log')],
  columns: [
    { key: 'write', title: 'CPU µs/row', digits: 3, spread: true },
    { key: 'search', title: 'CPU s/GB searched', digits: 2, spread: true },
    { key: 'connection', title: 'CPU ms/GB, one connection', digits: 0 },
    { key: 'memory', title: 'MiB', digits: 0 },
  ],
  figures: [
    {
      title: 'session log: CPU for a row of 64 B',
      atMost: 0.3,
      unit: 'µs',
      value: value('write', 'log'),
    },
    {
      title: 'session log: CPU to search a GB',
      atMost: 2,
      unit: 's',
      value: value('search', 'log'),
    },
    {
      title: 'session log: memory to write and to search it',
      atMost: 150,
      unit: 'MiB',
      value: value('memory', 'log'),
    },
  ],
  async measure(_, session): Promise<Sample> {
    const write = await ask(session, 'write', rowsFor(session.scale))
    const search = await ask(session, 'search')
    const connection = await ask(session, 'connection')
    return { write, search, connection, memory: await ask(session, 'memory') }
  },
}

function rowsFor({ measured, size }: Scale): number {
  return Math.round(mostRows * Math.min(1, measured / longLoad) * size)
}

async function ask({ server }: Session, what: string, argument?: number): Promise<number> {
  return (await server.ask(what, argument)) as number
}
