import { nodeServer, type Candidate } from '../candidates.js'
import {
  countConnections,
  ratio,
  scaled,
  type Sample,
  type Scenario,
  type Session,
} from '../scenario.js'
import type { Memory } from '../support/measured.js'
import { netEcho, netSplit } from './servers.js'

const connections = 10_000

/** Connections that do nothing: what one costs in memory. */
export const idle: Scenario = {
  id: 'idle',
  title: '10,000 idle connections',
  description:
    'bytes per connection after a full collection: live heap (with what it holds outside) and ' +
    'resident pages, once connected, and again (used) after one line each way',
  freshServers: true,
  candidates: [
    netEcho,
    netSplit,
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration'),
  ],
  columns: [
    { key: 'heap', title: 'heap', digits: 0, spread: true },
    { key: 'rss', title: 'RSS', digits: 0, spread: true },
    { key: 'heapUsed', title: 'heap, used', digits: 0, spread: true },
    { key: 'rssUsed', title: 'RSS, used', digits: 0, spread: true },
  ],
  figures: [
    figure('idle heap, handler: to unframed node:net', 1.5, 'heap', 'handler'),
    figure('idle heap, for await: to unframed node:net', 2.5, 'heap', 'iteration'),
    figure('idle RSS, handler: to unframed node:net', 1.8, 'rss', 'handler'),
    figure('idle RSS, for await: to unframed node:net', 1.8, 'rss', 'iteration'),
  ],
  measure: measureIdle,
}

function figure(title: string, atMost: number, key: string, id: string): Scenario['figures'][0] {
  return { title, atMost, unit: '×', value: ratio(key, id, netEcho.id) }
}

async function measureIdle({ id }: Candidate, session: Session): Promise<Sample> {
  const { load, server, port, scale } = session
  const count = scaled(connections, scale)
  const answer = id === netEcho.id ? 'same' : 'upper'
  const pattern = { window: 1, kind: 'lines', answer } as const
  const open = async (some: number): Promise<void> => {
    await load.ask('open', { ...pattern, connections: some, port })
    await countConnections(session, some)
  }
  // Code is compiled and the runtime's own lists have grown before anything is weighed.
  await open(Math.ceil(count / 20))
  await load.ask('run', { frames: 1 })
  await load.ask('close')
  await countConnections(session, 0)
  const before = (await server.ask('memory')) as Memory
  await open(count)
  const connected = (await server.ask('memory')) as Memory
  await load.ask('run', { frames: 1 })
  const used = (await server.ask('memory')) as Memory
  await load.ask('close')
  return {
    heap: (connected.heap - before.heap) / count,
    rss: (connected.rss - before.rss) / count,
    heapUsed: (used.heap - before.heap) / count,
    rssUsed: (used.rss - before.rss) / count,
  }
}
