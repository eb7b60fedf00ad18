import { type Candidate, nodeServer } from '../candidates.js'
import { needing } from './needing.js'
import { ratio, type Sample, scaled, type Scenario, type Session } from '../scenario.js'

const clientOf = (kind: string, title: string): Candidate =>
  needing(['redis-server'], nodeServer(`client-${kind}`, title, 'redis-client', kind))
const serverOf = (kind: string, title: string): Candidate =>
  needing(
    ['redis-server', 'redis-benchmark', 'taskset'],
    nodeServer(`server-${kind}`, title, 'redis-loaded', kind),
  )

/** What a request costs a client. */
export const redisClient: Scenario = {
  id: 'redis-client',
  title: 'Redis clients',
  description:
    'GET of a key with 20 bytes from a real redis-server on a Unix socket, with 1 and with 100 requests in flight on one connection',
  passes: 3,
  candidates: [
    clientOf('redis', 'Redis client: npm redis'),
    clientOf('ioredis', 'Redis client: npm ioredis'),
    clientOf('hawser', 'Redis client: Hawser, examples/redis'),
  ],
  columns: [
    { key: 'one', title: 'CPU µs, 1 in flight', digits: 2, spread: true },
    { key: 'hundred', title: 'CPU µs, 100 in flight', digits: 2, spread: true },
  ],
  figures: (['one', 'hundred'] as const).map((key) => ({
    title: `Redis client, ${key === 'one' ? 1 : 100} in flight: to the better other`,
    atMost: 0.8,
    unit: '×',
    value: (round) => {
      const others = ['client-redis', 'client-ioredis'].map((id) => round.get(id)?.[key])
      const ours = round.get('client-hawser')?.[key]
      if (ours === undefined || others.includes(undefined)) return undefined
      return ours / Math.min(...(others as number[]))
    },
  })),
  warmUp: async (_, session) => {
    await askFor(session, 100, 40_000)
  },
  measure: async (_, session) => ({
    one: await askFor(session, 1, 15_000),
    hundred: await askFor(session, 100, 100_000),
  }),
}

/** Microseconds of the client for each request. */
async function askFor(session: Session, inFlight: number, count: number): Promise<number> {
  const { server, scale } = session
  const requests = scaled(count, scale)
  const before = (await server.ask('cpu')) as number
  await server.ask('ask', { inFlight, requests })
  return (((await server.ask('cpu')) as number) - before) / requests
}

/** What a server of commands reaches on one core. */
export const redisServer: Scenario = {
  id: 'redis-server',
  title: 'Redis servers',
  description:
    'GET and SET by redis-benchmark with 50 connections, -P 1 and -P 64; the server has one core and the benchmark another',
  candidates: [
    serverOf('redis', 'Redis server: the real one'),
    serverOf('net', 'Redis server: node:net, a write per reply'),
    serverOf('hawser', 'Redis server: Hawser, examples/redis'),
  ],
  columns: [
    { key: 'one', title: 'commands/s, -P 1', digits: 0, spread: true },
    { key: 'deep', title: 'commands/s, -P 64', digits: 0, spread: true },
    { key: 'cpuDeep', title: 'CPU µs, -P 64', digits: 2 },
  ],
  figures: [
    atMostTimes('redis', 'one', 2, '-P 1: rate of the real to ours'),
    atMostTimes('redis', 'deep', 2.86, '-P 64: rate of the real to ours'),
    atMostTimes('net', 'one', 1, '-P 1: rate by hand to ours'),
    atMostTimes('net', 'deep', 0.2, '-P 64: rate by hand to ours'),
  ],
  warmUp: async (_, session) => {
    await loadWith(session, 64, 200_000)
  },
  measure: measureServer,
}

async function measureServer(_: unknown, session: Session): Promise<Sample> {
  const one = await loadWith(session, 1, 60_000)
  const deep = await loadWith(session, 64, 600_000)
  return { one: one.rate, deep: deep.rate, cpuDeep: deep.cpu }
}

async function loadWith(
  { server, scale }: Session,
  pipeline: number,
  count: number,
): Promise<{ rate: number; cpu: number }> {
  const requests = Math.max(2_000, scaled(count, scale))
  const before = (await server.ask('cpu')) as number
  const { get, set } = (await server.ask('load', { pipeline, requests })) as Record<string, number>
  const cpu = ((await server.ask('cpu')) as number) - before
  return { rate: ((get ?? 0) + (set ?? 0)) / 2, cpu: cpu / (2 * requests) }
}

function atMostTimes(
  other: 'redis' | 'net',
  key: string,
  atMost: number,
  title: string,
): Scenario['figures'][number] {
  const value = ratio(key, `server-${other}`, 'server-hawser')
  return { title: `Redis server, ${title}`, atMost, unit: '×', value }
}
