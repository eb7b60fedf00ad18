import { nodeServer, type Candidate } from '../candidates.js'
import type { OpenLoopOptions, OpenLoopResult } from '../load/open-loop.js'
import { ratio, type Sample, type Scenario, type Session } from '../scenario.js'
import { measureExchange, warmUpExchange } from './exchange.js'
import { netBest, netEcho } from './servers.js'

const connections = 50

/** Lines a second: half of what the first server reached when each line waited for the one before. */
let rate: number | undefined

/** Lines at a fixed rate: how long they take when the server is half busy. */
export const openLoop: Scenario = {
  id: 'open-loop',
  title: 'lines at a fixed rate',
  description:
    `${connections} connections, lines of 20–200 bytes at half of the rate that unframed node:net ` +
    'reached with one in flight on each; latency runs from when a line was due',
  passes: 2,
  candidates: [
    netEcho,
    netBest,
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration'),
  ],
  columns: [
    { key: 'rate', title: 'lines/s', digits: 0 },
    { key: 'cpu', title: 'CPU µs/line', digits: 2 },
    { key: 'p50', title: 'p50 µs', digits: 0 },
    { key: 'p99', title: 'p99 µs', digits: 0 },
    { key: 'p999', title: 'p99.9 µs', digits: 0, spread: true },
  ],
  figures: [
    {
      title: 'fixed rate: p99.9 to unframed node:net',
      atMost: 1.2,
      unit: '×',
      value: ratio('p999', 'handler', netEcho.id),
    },
  ],
  warmUp: async ({ id }, session) => {
    const pattern = { connections, window: 1, kind: 'lines', answer: answerOf(id) } as const
    await warmUpExchange(session, pattern)
    rate ??= ((await measureExchange(session, pattern))['rate'] as number) / 2
  },
  measure: measureOpenLoop,
}

async function measureOpenLoop({ id }: Candidate, session: Session): Promise<Sample> {
  const { load, server, port, scale } = session
  if (rate === undefined) throw new Error('there is no rate before a warm-up')
  await load.ask('pace', { port, connections, answer: answerOf(id) } satisfies OpenLoopOptions)
  await load.ask('paced', { rate, duration: scale.measured / 5 })
  const before = (await server.ask('cpu')) as number
  const duration = scale.measured * 4
  const result = (await load.ask('paced', { rate, duration })) as OpenLoopResult
  const after = (await server.ask('cpu')) as number
  await load.ask('close')
  const { messages, p50, p99, p999 } = result
  return { rate, cpu: (after - before) / messages, p50, p99, p999 }
}

function answerOf(id: string): 'same' | 'upper' {
  return id === netEcho.id ? 'same' : 'upper'
}
