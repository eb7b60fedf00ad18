import { nodeServer, type Candidate } from '../candidates.js'
import { ratio, type Sample, type Scenario, type Session } from '../scenario.js'
import { measureExchange, warmUpExchange } from './exchange.js'

/** What goes through the relay, by the column's key. */
const loads = {
  large: { connections: 10, window: 2, kind: 'chunks', answer: 'same' },
  middle: { connections: 50, window: 1, kind: 'chunks-2k', answer: 'same' },
  small: { connections: 50, window: 1, kind: 'chunks-64', answer: 'same' },
} as const

/** A proxy between the load and a server inside the load: what passing bytes on costs. */
export const relay: Scenario = {
  id: 'relay',
  title: 'a relay between two connections',
  description:
    'CPU µs of the relay for each chunk, there and back; 10 connections with two chunks of 64 KiB ' +
    'in flight on each, then 50 with one of 2 KiB, then with one of 64 bytes',
  passes: 4,
  freshServers: true,
  candidates: [
    nodeServer('pipes', 'node:net, a.pipe(b); b.pipe(a)', 'node/relay'),
    nodeServer('relay', 'Hawser relay(a, b)', 'hawser/relay'),
    nodeServer('proxy', 'hawser proxy -q', 'hawser/proxy'),
  ],
  columns: [
    { key: 'large', title: '64 KiB', digits: 1, spread: true },
    { key: 'middle', title: '2 KiB', digits: 1, spread: true },
    { key: 'small', title: '64 B', digits: 1, spread: true },
  ],
  figures: [
    figure('relay, 64 KiB chunks: to two pipes', 0.85, 'large'),
    figure('relay, 2 KiB chunks: to two pipes', 0.9, 'middle'),
    figure('relay, 64 B chunks: to two pipes', 0.95, 'small'),
    figure('hawser proxy, 64 KiB chunks: to two pipes', 1.1, 'large', 'proxy'),
    figure('hawser proxy, 2 KiB chunks: to two pipes', 1.1, 'middle', 'proxy'),
  ],
  warmUp: async (_, session) => {
    await session.server.ask('upstream', await session.load.ask('upstream', 'same'))
    const { scale } = session
    const shorter = { ...session, scale: { ...scale, warmUp: scale.warmUp / 2 } }
    for (const load of Object.values(loads)) await warmUpExchange(shorter, load)
  },
  measure: measureRelay,
}

function figure(
  title: string,
  atMost: number,
  key: keyof typeof loads,
  of = 'relay',
): Scenario['figures'][0] {
  return { title, atMost, unit: '×', value: ratio(key, of, 'pipes') }
}

async function measureRelay(_: Candidate, session: Session): Promise<Sample> {
  const costs: Record<string, number> = {}
  for (const [key, load] of Object.entries(loads)) {
    costs[key] = (await measureExchange(session, load))['cpu'] as number
  }
  return costs
}
