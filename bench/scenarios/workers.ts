import { nodeServer } from '../candidates.js'
import type { ExchangeOptions, ExchangeResult } from '../load/exchange.js'
import {
  countConnections,
  ratio,
  type Sample,
  type Scenario,
  type Session,
  value,
} from '../scenario.js'
import { warmUpExchange } from './exchange.js'

const connections = 50
/** Lines each connection keeps unanswered: one, and enough to fill every read. */
const windows = { one: 1, many: 100 } as const

const pattern = (window: number): Omit<ExchangeOptions, 'port'> => ({
  connections,
  window,
  kind: 'lines',
  answer: 'upper',
})

/** The same lines by one process, by a worker, and by two; and what two cost node:cluster by hand. */
export const workers: Scenario = {
  id: 'workers',
  title: 'one process, one worker, two workers',
  description:
    '50 connections, one line in flight on each, then 100; processor time of all server processes together',
  passes: 4,
  candidates: [
    nodeServer('process', 'one process', 'hawser/lines'),
    nodeServer('one', '1 worker and its primary', 'hawser/workers', '1'),
    nodeServer('two', '2 workers and their primary', 'hawser/workers', '2'),
    nodeServer('cluster-one', 'node:cluster by hand, 1 worker', 'node/cluster', '1'),
    nodeServer('cluster-two', 'node:cluster by hand, 2 workers', 'node/cluster', '2'),
  ],
  columns: [
    { key: 'one', title: 'CPU µs, 1', digits: 3, spread: true },
    { key: 'rateOne', title: 'messages/s', digits: 0 },
    { key: 'many', title: 'CPU µs, 100', digits: 3, spread: true },
    { key: 'rateMany', title: 'messages/s', digits: 0 },
    { key: 'spread', title: 'spread %', digits: 1 },
  ],
  figures: [
    {
      title: '100 in flight: CPU per message of 2 workers to 1',
      atMost: 1.1,
      unit: '×',
      value: ratio('many', 'two', 'one'),
    },
    {
      title: '1 in flight: CPU per message of 2 workers to 1',
      atMost: 1.1,
      unit: '×',
      value: ratio('one', 'two', 'one'),
    },
    {
      title: '1 in flight: the same, to node:cluster by hand',
      atMost: 1.05,
      unit: '×',
      value: (round) => {
        const ours = ratio('one', 'two', 'one')(round)
        const theirs = ratio('one', 'cluster-two', 'cluster-one')(round)
        return ours === undefined || theirs === undefined ? undefined : ours / theirs
      },
    },
    {
      title: 'connections of 2 workers: spread to their mean',
      atMost: 20,
      unit: '%',
      value: value('spread', 'two'),
    },
  ],
  async warmUp(_candidate, session) {
    await warmUpExchange(session, pattern(windows.many))
    await warmUpExchange(session, pattern(windows.one))
  },
  async measure({ id }, session) {
    const one = await exchange(session, windows.one)
    const many = await exchange(session, windows.many, id !== 'process')
    return {
      one: one.cpu,
      rateOne: one.rate,
      many: many.cpu,
      rateMany: many.rate,
      spread: many.spread,
    }
  },
}

interface Measured {
  readonly cpu: number
  readonly rate: number
  /** The difference of the most and the fewest connections of a worker, in per cent of their mean. */
  readonly spread: number
}

async function exchange(
  session: Session,
  window: number,
  spreads = false,
): Promise<Measured & Sample> {
  const { load, server, port, scale } = session
  await load.ask('open', { ...pattern(window), port } satisfies ExchangeOptions)
  await countConnections(session, connections)
  const counts = spreads ? ((await server.ask('spread')) as number[]) : [connections]
  await load.ask('run', { duration: scale.measured / 10 })
  const before = (await server.ask('cpu')) as number
  const result = (await load.ask('run', { duration: scale.measured / 2 })) as ExchangeResult
  const after = (await server.ask('cpu')) as number
  await load.ask('close')
  const mean = connections / counts.length
  return {
    cpu: (after - before) / result.messages,
    rate: (result.messages / result.elapsed) * 1000,
    spread: ((Math.max(...counts) - Math.min(...counts)) / mean) * 100,
  }
}
