import { nodeServer } from '../candidates.js'
import { ratio, scaled, type Scenario, type Session } from '../scenario.js'

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
  columns: [{ key: 'cpu', title: 'CPU µs/line', digits: 2, spread: true }],
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
    await ship(session, 200_000)
  },
  measure: async (_, session) => ({ cpu: await ship(session, 100_000) }),
}

/** Microseconds of the shipper for each line. */
async function ship({ server, scale }: Session, count: number): Promise<number> {
  const lines = scaled(count, scale)
  const before = (await server.ask('cpu')) as number
  await server.ask('ship', { inFlight: 100, lines })
  return (((await server.ask('cpu')) as number) - before) / lines
}
