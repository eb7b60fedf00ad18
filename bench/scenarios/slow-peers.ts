import { nodeServer, type Candidate } from '../candidates.js'
import type { ExchangeResult } from '../load/exchange.js'
import { scaled, type Sample, type Scenario, type Session } from '../scenario.js'

const slowlorises = 500
const sippers = 20

/** Those who behave. */
const others = { connections: 20, window: 1, kind: 'lines', answer: 'upper' } as const

/** Clients that hold on to what they have: what the others notice of them. */
export const slowPeers: Scenario = {
  id: 'slow-peers',
  title: '500 slowlorises and 20 slow readers',
  description:
    '20 clients exchange lines, alone and then beside 500 that send a byte of a line a second and ' +
    '20 that send lines and take a byte of the answers a second; "during" begins a moment after no ' +
    'buffer takes more of those answers',
  passes: 2,
  freshServers: true,
  candidates: [
    nodeServer('net-split', 'node:net, split by hand', 'net-split'),
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser-lines'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser-iteration'),
  ],
  columns: [
    { key: 'calm', title: 'p99 µs before', digits: 0, spread: true },
    { key: 'stressed', title: 'p99 µs during', digits: 0, spread: true },
    { key: 'lost', title: 'cut off', digits: 0 },
  ],
  figures: [
    slowdown("the others' p99 during to before, handler object", 'handler'),
    slowdown("the others' p99 during to before, for await", 'iteration'),
  ],
  warmUp: warmUpOthers,
  measure: measureSlowPeers,
}

function slowdown(title: string, id: string): Scenario['figures'][0] {
  return {
    title: `beside 500 slowlorises: ${title}`,
    atMost: 2,
    unit: '×',
    value: (round) => {
      const sample = round.get(id)
      const [during, before] = [sample?.['stressed'], sample?.['calm']]
      return during === undefined || before === undefined ? undefined : during / before
    },
  }
}

async function warmUpOthers(_: Candidate, { load, port, scale }: Session): Promise<void> {
  await load.ask('open', { ...others, port })
  await load.ask('run', { duration: scale.warmUp })
  await load.ask('close')
}

async function measureSlowPeers(_: Candidate, session: Session): Promise<Sample> {
  const { load, port, scale } = session
  const other = await session.otherLoad()
  await load.ask('open', { ...others, port })
  await load.ask('run', { duration: scale.measured / 2 })
  const calm = (await load.ask('run', { duration: scale.measured * 2 })) as ExchangeResult
  await other.ask('slow', {
    port,
    slowlorises: scaled(slowlorises, scale),
    sippers: scaled(sippers, scale),
  })
  await load.ask('run', { duration: scale.measured / 2 })
  const stressed = (await load.ask('run', { duration: scale.measured * 2 })) as ExchangeResult
  const lost = (await other.ask('lost')) as number
  await Promise.all([load.ask('close'), other.ask('close')])
  return { calm: calm.p99, stressed: stressed.p99, lost }
}
