import { nodeServer } from '../candidates.js'
import {
  countConnections,
  ratio,
  scaled,
  type Sample,
  type Scenario,
  type Session,
} from '../scenario.js'

const connections = 1000
/** Rounds that are measured in 100 ms of a scale's time. */
const roundsPerTenth = 15

/** The same message to everybody. */
export const broadcast: Scenario = {
  id: 'broadcast',
  title: 'broadcast to 1,000 connections',
  description: '64 bytes to each of 1,000 connections, the next when all have got the one before',
  passes: 4,
  candidates: [
    nodeServer('net-broadcast', 'node:net, socket.write(sameBuffer) in a loop', 'node/broadcast'),
    nodeServer('broadcast', 'Hawser server.broadcast()', 'hawser/broadcast'),
    nodeServer('broadcast-fallback', 'the same, fastRead: false', 'hawser/broadcast', 'fallback'),
    nodeServer('topic', "Hawser server.to('all').send(), each in 10 other topics", 'hawser/topic'),
  ],
  columns: [
    { key: 'rate', title: 'messages/s', digits: 0 },
    { key: 'cpu', title: 'CPU µs/message', digits: 3, spread: true },
  ],
  figures: [
    {
      title: 'broadcast: to a loop of socket.write',
      atMost: 1,
      unit: '×',
      value: ratio('cpu', 'broadcast', 'net-broadcast'),
    },
    {
      title: 'topic: to a broadcast',
      atMost: 1.1,
      unit: '×',
      value: ratio('cpu', 'topic', 'broadcast'),
    },
  ],
  warmUp: async (_, session) => {
    await open(session)
    await session.load.ask('rounds', roundsIn(session.scale.warmUp))
    await close(session)
  },
  measure: measureBroadcast,
}

async function measureBroadcast(_: unknown, session: Session): Promise<Sample> {
  const { load, server, scale } = session
  await open(session)
  await load.ask('rounds', roundsIn(scale.measured / 5))
  const before = (await server.ask('cpu')) as number
  const result = await load.ask('rounds', roundsIn(scale.measured))
  const after = (await server.ask('cpu')) as number
  await close(session)
  const { messages, elapsed } = result as { messages: number; elapsed: number }
  return { rate: (messages / elapsed) * 1000, cpu: (after - before) / messages }
}

async function open(session: Session): Promise<void> {
  const count = scaled(connections, session.scale)
  const { port } = session
  await session.load.ask('listen', { ports: [port], connections: count, protocol: 'lines' })
  await countConnections(session, count)
}

async function close(session: Session): Promise<void> {
  await session.load.ask('close')
  await countConnections(session, 0)
}

function roundsIn(duration: number): number {
  return Math.max(1, Math.round((duration / 100) * roundsPerTenth))
}
