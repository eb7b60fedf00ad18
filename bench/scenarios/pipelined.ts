import { nodeServer, type Candidate } from '../candidates.js'
import type { TrafficKind } from '../load/traffic.js'
import { ratio, type Figure, type Scenario } from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'
import { foreign, netBest, netEcho, netReadline, netSplit } from './servers.js'

/** How what is sent is cut: in the middle of a message, or behind one. */
type Cut = 'cut' | 'whole'

const cuts: Readonly<Record<Cut, string>> = {
  cut: 'each piece sent ends in the middle of a message',
  whole: 'each piece sent is whole messages',
}

const handler = nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines')
const batches = nodeServer('batches', 'Hawser lines(), batches()', 'hawser/batches')
const iteration = nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration')

/** Many messages under way on each connection: what a message costs when it comes with others. */
export const pipelined: Scenario = mixed('pipelined', 'cut')
/** The same, and no message is cut. */
export const pipelinedWhole: Scenario = mixed('pipelined-whole', 'whole')
/** Small messages, where what each costs beside its bytes weighs most. */
export const short: Scenario = small('short', 'cut')
/** The same, and no message is cut. */
export const shortWhole: Scenario = small('short-whole', 'whole')

function mixed(id: string, cut: Cut): Scenario {
  return {
    ...exchange('lines', cut, [
      netEcho,
      netSplit,
      netBest,
      netReadline,
      nodeServer('net-length', 'node:net, length-prefixed by hand', 'node/length'),
      handler,
      nodeServer('handler-fallback', 'the same, fastRead: false', 'hawser/lines', 'fallback'),
      batches,
      iteration,
      nodeServer('length', 'Hawser lengthPrefixed(), handler object', 'hawser/length'),
      ...foreign,
    ]),
    id,
    title: `100 messages of 20–200 bytes in flight, ${cut}`,
    figures: [
      figure(`lines, ${cut}: handler to split by hand`, 1.3, 'handler', 'net-split'),
      figure(`lines, ${cut}: handler to readline`, 1 / 25, 'handler', 'net-readline'),
      figure(`lines, ${cut}: batches() to handler`, 1.4, 'batches', 'handler'),
      figure(`lines, ${cut}: for await to split by hand`, 2.5, 'iteration', 'net-split'),
      figure(`length-prefixed, ${cut}: to our lines`, 1.3, 'length', 'handler'),
    ],
  }
}

function small(id: string, cut: Cut): Scenario {
  return {
    ...exchange('short', cut, [
      netEcho,
      netSplit,
      netBest,
      handler,
      batches,
      iteration,
      ...foreign,
    ]),
    id,
    title: `100 lines of 64 bytes in flight, ${cut}`,
    figures: [
      figure(`64 B lines, ${cut}: handler to best by hand`, 1.3, 'handler', 'net-best'),
      figure(`64 B lines, ${cut}: batches() to handler`, 1.4, 'batches', 'handler'),
      { ...figure(`64 B lines, ${cut}: handler to Go`, 1, 'handler', 'go'), needs: 'go' },
      {
        ...figure(`64 B lines, ${cut}: handler to tokio`, 2, 'handler', 'tokio'),
        needs: 'tokio',
      },
    ],
  }
}

function figure(title: string, atMost: number, of: string, to: string): Figure {
  return { title, atMost, unit: '×', value: ratio('cpu', of, to) }
}

function exchange(
  kind: TrafficKind,
  cut: Cut,
  candidates: readonly Candidate[],
): Omit<Scenario, 'id' | 'title' | 'figures'> {
  const pattern = (id: string) =>
    ({
      connections: 50,
      window: 100,
      kind: id.includes('length') ? 'length' : kind,
      answer: id === netEcho.id ? 'same' : 'upper',
      cut: cut === 'cut',
    }) as const
  return {
    description: `50 connections, 100 messages in flight on each, answered in upper case; ${cuts[cut]}`,
    passes: 4,
    candidates,
    columns: exchangeColumns,
    warmUp: (candidate, session) => warmUpExchange(session, pattern(candidate.id)),
    measure: (candidate, session) => measureExchange(session, pattern(candidate.id)),
  }
}
