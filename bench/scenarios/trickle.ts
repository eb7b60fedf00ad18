import { nodeServer } from '../candidates.js'
import { scaled, value, type Sample, type Scenario, type Session } from '../scenario.js'

const length = 1024 * 1024

/** The worst a peer can do to a decoder: every byte on its own. */
export const trickle: Scenario = {
  id: 'trickle',
  title: 'a 1 MiB line, a byte at a time',
  description:
    'processor time of the decoder of lines() alone, without a socket, for 1 MiB and for 2 MiB',
  candidates: [nodeServer('decoder', 'Hawser lines()', 'hawser/decoder')],
  columns: [
    { key: 'perByte', title: 'CPU ns/byte', digits: 1, spread: true },
    { key: 'perByteDoubled', title: 'CPU ns/byte at twice the length', digits: 1, spread: true },
  ],
  figures: [
    {
      title: 'a byte at a time: CPU for twice the length',
      atMost: 2.3,
      unit: '×',
      value: value('doubling', 'decoder'),
    },
    {
      title: 'a byte at a time: CPU per byte',
      atMost: 100,
      unit: 'ns',
      value: value('perByte', 'decoder'),
    },
  ],
  warmUp: async (_, session) => {
    await decode(session, length)
  },
  measure: measureTrickle,
}

async function measureTrickle(_: unknown, session: Session): Promise<Sample> {
  const single = await decode(session, length)
  const doubled = await decode(session, 2 * length)
  const bytes = scaled(length, session.scale)
  return {
    perByte: (single * 1e3) / bytes,
    perByteDoubled: (doubled * 1e3) / (2 * bytes),
    doubling: doubled / single,
  }
}

async function decode({ server, scale }: Session, bytes: number): Promise<number> {
  return (await server.ask('decode', scaled(bytes, scale))) as number
}
