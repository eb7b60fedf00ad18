import { type Candidate, nodeServer } from '../candidates.js'
import {
  countConnections,
  ratio,
  type Sample,
  scaled,
  type Scenario,
  type Session,
} from '../scenario.js'
import { needing } from './needing.js'

/** Members at each of the two nodes. */
const members = 500
/** Rounds that are measured in 100 ms of a scale's time. */
const roundsPerTenth = 5

/** What a message costs that reaches a thousand members on two nodes. */
export const nodes: Scenario = {
  id: 'nodes',
  title: '1,000 members on two nodes',
  description:
    '64 bytes to each of 1,000 members, half of them on each node, the next when all have got the one before; processor time of both nodes together',
  passes: 2,
  candidates: [
    pairOf('hawser', 'NATS: two Hawser servers, TCP', 'nats-server'),
    pairOf('socket-io', 'Redis: two Socket.IO servers, WebSocket', 'redis-server'),
  ],
  columns: [
    { key: 'rate', title: 'messages/s', digits: 0 },
    { key: 'cpu', title: 'CPU µs/message', digits: 2, spread: true },
    { key: 'round', title: 'ms for all', digits: 1, spread: true },
  ],
  figures: [
    {
      title: 'two nodes: to Socket.IO with Redis',
      atMost: 1,
      unit: '×',
      value: ratio('cpu', 'nodes-hawser', 'nodes-socket-io'),
    },
  ],
  warmUp: async (candidate, session) => {
    await open(candidate, session)
    await session.load.ask('rounds', roundsIn(session.scale.warmUp))
    await close(session)
  },
  measure,
}

function pairOf(kind: string, title: string, broker: string): Candidate {
  return needing([broker], nodeServer(`nodes-${kind}`, title, 'nodes/pair', kind))
}

async function measure(candidate: Candidate, session: Session): Promise<Sample> {
  const { load, server, scale } = session
  await open(candidate, session)
  await load.ask('rounds', roundsIn(scale.measured / 5))
  const rounds = roundsIn(scale.measured)
  const before = (await server.ask('nodes')) as number
  const result = (await load.ask('rounds', rounds)) as { messages: number; elapsed: number }
  const after = (await server.ask('nodes')) as number
  await close(session)
  const { messages, elapsed } = result
  return {
    rate: (messages / elapsed) * 1000,
    cpu: (after - before) / messages,
    round: elapsed / rounds,
  }
}

async function open({ id }: Candidate, session: Session): Promise<void> {
  const ports = (await session.server.ask('ports')) as number[]
  const connections = scaled(members, session.scale)
  const protocol = id === 'nodes-socket-io' ? 'socket-io' : 'lines'
  await session.load.ask('listen', { ports, connections, protocol })
  await countConnections(session, ports.length * connections)
}

async function close(session: Session): Promise<void> {
  await session.load.ask('close')
  await countConnections(session, 0)
}

function roundsIn(duration: number): number {
  return Math.max(1, Math.round((duration / 100) * roundsPerTenth))
}
