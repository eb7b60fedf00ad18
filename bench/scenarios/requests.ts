import { nodeServer } from '../candidates.js'
import { ratio, scaled, type Scenario, type Session } from '../scenario.js'

/** A client that awaits replies: what a request costs it. */
export const requests: Scenario = {
  id: 'requests',
  title: 'a client that awaits replies',
  description:
    'lines of 64 bytes to a server inside the load, which answers in upper case: processor time of ' +
    'the client for each, with 1 and with 100 awaited at a time on one connection',
  passes: 4,
  candidates: [
    nodeServer('net-client', 'node:net by hand, promises in a queue', 'node/client'),
    nodeServer('client', 'Hawser client.request()', 'hawser/client'),
  ],
  columns: [
    { key: 'one', title: 'CPU µs, 1 in flight', digits: 2, spread: true },
    { key: 'hundred', title: 'CPU µs, 100 in flight', digits: 2, spread: true },
  ],
  figures: [
    {
      title: 'client.request(), 100 in flight: to one by hand',
      atMost: 1.2,
      unit: '×',
      value: ratio('hundred', 'client', 'net-client'),
    },
  ],
  warmUp: async (_, session) => {
    await session.server.ask('dial', await session.load.ask('upstream', 'upper'))
    await askFor(session, 1, 5_000)
    await askFor(session, 100, 200_000)
  },
  measure: async (_, session) => ({
    one: await askFor(session, 1, 3_000),
    hundred: await askFor(session, 100, 50_000),
  }),
}

/** Microseconds of the client for each request. */
async function askFor(session: Session, inFlight: number, count: number): Promise<number> {
  const { server, scale } = session
  const asked = Math.max(inFlight, scaled(count, scale))
  const before = (await server.ask('cpu')) as number
  await server.ask('ask', { inFlight, requests: asked })
  return (((await server.ask('cpu')) as number) - before) / asked
}
