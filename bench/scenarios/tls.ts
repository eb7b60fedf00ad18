import { nodeServer, type Candidate } from '../candidates.js'
import type { ExchangeOptions } from '../load/exchange.js'
import { ratio, scaled, type Sample, type Scenario, type Session } from '../scenario.js'
import { measureExchange, warmUpExchange } from './exchange.js'

const many = { connections: 50, kind: 'lines', answer: 'upper', tls: true } as const

/** What is exchanged over TLS, by the column's key. */
const loads = {
  one: { ...many, window: 1 },
  cut: { ...many, window: 100, cut: true },
  whole: { ...many, window: 100, cut: false },
  bulk: { ...many, connections: 10, window: 64, kind: 'kilobyte' },
} as const

/** Lines over TLS: what the library adds to what encryption costs. */
export const tls: Scenario = {
  id: 'tls',
  title: 'lines over TLS',
  description:
    'CPU µs for each line: 50 connections, lines of 20–200 bytes, one in flight on each, then 100, ' +
    'cut and whole; then 10 connections with 64 lines of 1 KiB in flight on each',
  passes: 2,
  candidates: [
    nodeServer('net-tls', 'node:tls by hand, best', 'node/secure'),
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/secure'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/secure', 'iteration'),
  ],
  columns: [
    { key: 'one', title: '1 in flight', digits: 2 },
    { key: 'cut', title: '100, cut', digits: 3 },
    { key: 'whole', title: '100, whole', digits: 3 },
    { key: 'bulk', title: '1 KiB lines', digits: 3 },
  ],
  figures: [
    figure('TLS, one in flight: to node:tls by hand', 1.2, 'one'),
    figure('TLS, 100 in flight, cut: to node:tls by hand', 1.4, 'cut'),
    figure('TLS, 100 in flight, whole: to node:tls by hand', 1.4, 'whole'),
    figure('TLS, 1 KiB lines: to node:tls by hand', 1.2, 'bulk'),
  ],
  warmUp: async (_, session) => {
    const { scale } = session
    const shorter = { ...session, scale: { ...scale, warmUp: scale.warmUp / 2 } }
    await eachLoad(shorter, (secure, load) => warmUpExchange(secure, load))
  },
  measure: async (_: Candidate, session: Session): Promise<Sample> => {
    const costs: Record<string, number> = {}
    await eachLoad(session, async (secure, load, key) => {
      costs[key] = (await measureExchange(secure, load))['cpu'] as number
    })
    return costs
  },
}

function figure(title: string, atMost: number, key: keyof typeof loads): Scenario['figures'][0] {
  return { title, atMost, unit: '×', value: ratio(key, 'handler', 'net-tls') }
}

type Load = Omit<ExchangeOptions, 'port'>

async function eachLoad(
  session: Session,
  run: (secure: Session, load: Load, key: string) => Promise<void>,
): Promise<void> {
  const port = (await session.server.ask('tlsPort')) as number
  for (const [key, load] of Object.entries<Load>(loads)) {
    // Who only tries the bench out need not wait for handshakes.
    const connections = Math.max(5, scaled(load.connections, session.scale))
    await run({ ...session, port }, { ...load, connections }, key)
  }
}
