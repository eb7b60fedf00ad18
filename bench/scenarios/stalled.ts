import { nodeServer } from '../candidates.js'
import type { ExchangeResult } from '../load/exchange.js'
import { scaled, value, type Round, type Sample, type Scenario, type Session } from '../scenario.js'

const stallers = 10
const bytesEach = 20 * 1024 * 1024
const mebibyte = 1024 * 1024

/** The connections that go on working while others are stuck. */
const others = { connections: 20, window: 1, kind: 'lines', answer: 'upper' } as const
/** The warm-up: as many connections as will stall, with the same lines, but they read. */
const healthy = { connections: 10, window: 64, kind: 'kilobyte', answer: 'upper' } as const

/** Peers that send and never read: what they cost the process and everybody else. */
export const stalled: Scenario = {
  id: 'stalled',
  title: '10 peers that never read',
  description:
    '10 peers send 20 MB each in lines of 1 KiB and never read the answers, while 20 others ' +
    'exchange lines; growth is the largest resident size seen, less that after a warm-up; "taken" is what the 10 could send; "during" ' +
    'begins when the 10 do',
  freshServers: true,
  candidates: [
    nodeServer('net-split', 'node:net, split by hand', 'node/split'),
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration'),
  ],
  columns: [
    { key: 'growth', title: 'growth MiB', digits: 1, spread: true },
    { key: 'taken', title: 'MiB taken', digits: 1 },
    { key: 'calm', title: 'p99 µs before', digits: 0 },
    { key: 'stressed', title: 'p99 µs during', digits: 0, spread: true },
  ],
  figures: [
    growth('growth under 10 stalled peers, handler', 'handler'),
    growth('growth under 10 stalled peers, for await', 'iteration'),
    slowdown('beside 10 stalled: p99 to before, handler', 'handler'),
    slowdown('beside 10 stalled: p99 to before, for await', 'iteration'),
  ],
  measure: measureStalled,
}

function growth(title: string, id: string): Scenario['figures'][0] {
  return { title, atMost: 32, unit: 'MiB', value: value('growth', id) }
}

function slowdown(title: string, id: string): Scenario['figures'][0] {
  const during = value('stressed', id)
  const before = value('calm', id)
  return {
    title,
    atMost: 2,
    unit: '×',
    value: (round: Round) => {
      const [numerator, denominator] = [during(round), before(round)]
      return numerator === undefined || denominator === undefined
        ? undefined
        : numerator / denominator
    },
  }
}

async function measureStalled(_: unknown, session: Session): Promise<Sample> {
  const { load, server, port, scale } = session
  const other = await session.otherLoad()
  await other.ask('open', { ...healthy, port })
  await other.ask('run', { duration: scale.warmUp * 2 })
  await other.ask('close')
  await load.ask('open', { ...others, port })
  await load.ask('run', { duration: scale.warmUp })
  const calm = (await load.ask('run', { duration: scale.measured * 2 })) as ExchangeResult
  const before = (await server.ask('rss')) as number
  const bytes = scaled(bytesEach, scale)
  await other.ask('stall', { port, connections: stallers, bytes })
  const running = load.ask('run', { duration: scale.measured * 4 }) as Promise<ExchangeResult>
  const largest = await watchResident(session, running)
  const stressed = await running
  const taken = (await other.ask('stalled')) as number
  await Promise.all([load.ask('close'), other.ask('close')])
  return {
    growth: (largest - before) / mebibyte,
    taken: taken / mebibyte,
    calm: calm.p99,
    stressed: stressed.p99,
  }
}

async function watchResident({ server }: Session, until: Promise<unknown>): Promise<number> {
  let largest = 0
  for (;;) {
    largest = Math.max(largest, (await server.ask('rss')) as number)
    const pause = new Promise<'pause'>((resolve) => setTimeout(resolve, 50, 'pause'))
    if ((await Promise.race([until, pause])) !== 'pause') return largest
  }
}
