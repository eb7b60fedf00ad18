import { nodeServer, type Candidate } from '../candidates.js'
import type { VisitOptions } from '../load/visits.js'
import {
  countConnections,
  ratio,
  scaled,
  type Sample,
  type Scenario,
  type Session,
} from '../scenario.js'
import { netBest, netEcho } from './servers.js'

const visits = 800
const atOnce = 5

/** Connections that come, say one line and go: what a connection costs from its beginning to its end. */
export const accept: Scenario = {
  id: 'accept',
  title: 'connections that come and go',
  description:
    `${atOnce} clients, each of which connects, sends a line, reads the answer, ends, waits for the ` +
    'end of the other side, and begins again',
  passes: 4,
  candidates: [
    netEcho,
    netBest,
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration'),
  ],
  columns: [
    { key: 'rate', title: 'connections/s', digits: 0 },
    { key: 'cpu', title: 'CPU µs/connection', digits: 1, spread: true },
  ],
  figures: [
    {
      title: 'a connection that comes and goes: to node:net',
      atMost: 1.45,
      unit: '×',
      value: ratio('cpu', 'handler', netEcho.id),
    },
  ],
  warmUp: async (candidate, session) => {
    await makeVisits(candidate, session, 4 * visits)
  },
  measure: async (candidate, session): Promise<Sample> => {
    const { server } = session
    const before = (await server.ask('cpu')) as number
    const { count, elapsed } = await makeVisits(candidate, session, visits)
    const after = (await server.ask('cpu')) as number
    return { rate: (count / elapsed) * 1000, cpu: (after - before) / count }
  },
}

async function makeVisits(
  { id }: Candidate,
  session: Session,
  most: number,
): Promise<{ count: number; elapsed: number }> {
  const { load, port, scale } = session
  const count = scaled(most, scale)
  const answer = id === netEcho.id ? 'same' : 'upper'
  const options = { port, visits: count, atOnce, answer } satisfies VisitOptions
  const elapsed = (await load.ask('visit', options)) as number
  // Let the server see the end of all of them.
  await countConnections(session, 0)
  return { count, elapsed }
}
