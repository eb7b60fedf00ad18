import { type Candidate, nodeServer } from '../candidates.js'
import { ratio, type Sample, scaled, type Scenario, type Session } from '../scenario.js'
import { needing } from './needing.js'

const messages = 100_000
const paced = 2_000

const pairOf = (kind: string, title: string): Candidate =>
  needing(['nats-server'], nodeServer(`nats-${kind}`, title, 'nats/pair', kind))

/** What a message from one node to another costs on NATS. */
export const nats: Scenario = {
  id: 'nats',
  title: 'from node to node over NATS',
  description:
    'messages of 64 bytes on one subject over a real nats-server to another process, 100 in a turn; then 1,000 a second',
  passes: 3,
  candidates: [
    pairOf('bare', 'NATS: its client by itself'),
    pairOf('node', 'NATS: nodes of natsBackplane()'),
    pairOf('server', 'NATS: servers, the member included'),
  ],
  columns: [
    { key: 'sender', title: 'CPU µs, sender', digits: 2, spread: true },
    { key: 'receiver', title: 'CPU µs, receiver', digits: 2, spread: true },
    { key: 'p50', title: 'p50 ms', digits: 2 },
    { key: 'p99', title: 'p99 ms', digits: 2 },
  ],
  figures: (['sender', 'receiver'] as const).map((key) => ({
    title: `a node on NATS, ${key}: to its client`,
    atMost: 1.3,
    unit: '×',
    value: ratio(key, 'nats-node', 'nats-bare'),
  })),
  warmUp: async (_, session) => {
    await session.server.ask('send', scaled(messages, session.scale))
  },
  measure,
}

async function measure(_: unknown, { server, scale }: Session): Promise<Sample> {
  const count = scaled(messages, scale)
  const before = [await server.ask('cpu'), await server.ask('receiver')] as number[]
  await server.ask('send', count)
  const after = [await server.ask('cpu'), await server.ask('receiver')] as number[]
  const [sender = 0, receiver = 0] = after.map((cpu, at) => (cpu - (before[at] ?? 0)) / count)
  const latency = (await server.ask('pace', scaled(paced, scale))) as { p50: number; p99: number }
  return { sender, receiver, ...latency }
}
