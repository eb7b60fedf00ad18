import { nodeServer } from '../candidates.js'
import { ratio, scaled } from '../scenario.js'
import type { Sample, Scenario, Session } from '../scenario.js'

/** What a line costs a log shipper that loses none. */
export const shipper: Scenario = {
  id: 'shipper',
  title: 'log shippers',
  description:
    'lines of 40 bytes, those of a turn in one batch of JSON, to a collector inside the load, which ' +
    'acknowledges each batch: processor time of the shipper for each line, with 100 unacknowledged at a ' +
    'time; what is not acknowledged is sent again when the connection is lost',
  passes: 4,
  candidates: [
    nodeServer('shipper-net', 'node:net by hand, batches in a queue', 'shipper/net'),
    nodeServer('shipper', 'Hawser, examples/protocols/log-shipping', 'shipper/hawser'),
  ],
  columns: [
    { key: 'rate', title: 'lines/s', digits: 0 },
    { key: 'cpu', title: 'CPU µs/line', digits: 3, spread: true },
  ],
  figures: [
    {
      title: 'log shipper by request(): to one by hand',
      atMost: 1,
      unit: '×',
      value: ratio('cpu', 'shipper', 'shipper-net'),
    },
  ],
  warmUp: async (_, session) => {
    await session.server.ask('dial', await session.load.ask('collect'))
    // Longer than until both are compiled, and the first collection of all that loading them has left.
    await ship(session, 600_000)
  },
  measure: (_, session) => ship(session, 300_000),
}

/** Lines a second, and microseconds of the shipper for each. */
async function ship({ server, scale }: Session, count: number): Promise<Sample> {
  const lines = scaled(count, scale)
  const before = (await server.ask('cpu')) as number
  const began = performance.now()
  await server.ask('ship', { inFlight: 100, lines })
  const elapsed = performance.now() - began
  const after = (await server.ask('cpu')) as number
  return { rate: (lines / elapsed) * 1000, cpu: (after - before) / lines }
}
