import { nodeServer, type Candidate } from '../candidates.js'
import type { ExchangeResult } from '../load/exchange.js'
import { scaled, type Sample, type Scenario, type Session } from '../scenario.js'
import { netSplit } from './servers.js'

const slowlorises = 500
const sippers = 20
const handshakes = 100

/** Those who behave. */
const others = { connections: 20, window: 1, kind: 'lines', answer: 'upper' } as const

/** Clients that hold on to what they have: what the others notice of them. */
export const slowPeers: Scenario = {
  id: 'slow-peers',
  title: '500 slowlorises, 20 slow readers, 100 stalled handshakes',
  description:
    '20 clients exchange lines, alone and then beside 500 that send a byte of a line a second, 20 ' +
    'that send lines and take a byte of the answers a second, and 100 in a TLS handshake that goes ' +
    'no further; "during" begins a moment after no buffer takes more of those answers; node:net is ' +
    'spared the handshakes',
  passes: 2,
  freshServers: true,
  candidates: [
    netSplit,
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/secure'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/secure', 'iteration'),
  ],
  columns: [
    { key: 'calm', title: 'p99 µs before', digits: 0, spread: true },
    { key: 'stressed', title: 'p99 µs during', digits: 0, spread: true },
    { key: 'lost', title: 'cut off', digits: 0 },
  ],
  figures: [
    slowdown('p99 to before, handler', 'handler'),
    slowdown('p99 to before, for await', 'iteration'),
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

async function measureSlowPeers({ id }: Candidate, session: Session): Promise<Sample> {
  const { load, server, port, scale } = session
  const speaksTls = id !== netSplit.id
  const other = await session.otherLoad()
  await load.ask('open', { ...others, port })
  await load.ask('run', { duration: scale.measured / 2 })
  const calm = (await load.ask('run', { duration: scale.measured * 2 })) as ExchangeResult
  await other.ask('slow', {
    port,
    slowlorises: scaled(slowlorises, scale),
    sippers: scaled(sippers, scale),
    handshakes: speaksTls ? scaled(handshakes, scale) : 0,
    ...(speaksTls ? { tlsPort: (await server.ask('tlsPort')) as number } : {}),
  })
  await load.ask('run', { duration: scale.measured / 2 })
  const stressed = (await load.ask('run', { duration: scale.measured * 2 })) as ExchangeResult
  const lost = (await other.ask('lost')) as number
  await Promise.all([load.ask('close'), other.ask('close')])
  return { calm: calm.p99, stressed: stressed.p99, lost }
}
