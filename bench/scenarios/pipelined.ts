import { nodeServer } from '../candidates.js'
import { ratio, type Scenario } from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'
import { foreign, netEcho, netReadline, netSplit } from './servers.js'

const pattern = (id: string) =>
  ({
    connections: 50,
    window: 100,
    kind: id.includes('length') ? 'length' : 'lines',
    answer: id === netEcho.id ? 'same' : 'upper',
  }) as const

/** Many messages under way on each connection: what a message costs when it comes with others. */
export const pipelined: Scenario = {
  id: 'pipelined',
  title: '100 messages in flight',
  description:
    '50 connections, 100 messages of 20–200 bytes in flight on each, answered in upper case',
  passes: 4,
  candidates: [
    netEcho,
    netSplit,
    netReadline,
    nodeServer('net-length', 'node:net, length-prefixed by hand', 'node/length'),
    nodeServer('handler', 'Hawser lines(), handler object', 'hawser/lines'),
    nodeServer('handler-fallback', 'the same, fastRead: false', 'hawser/lines', 'fallback'),
    nodeServer('iteration', 'Hawser lines(), for await', 'hawser/iteration'),
    nodeServer('length', 'Hawser lengthPrefixed(), handler object', 'hawser/length'),
    ...foreign,
  ],
  columns: exchangeColumns,
  figures: [
    {
      title: 'lines, handler object: CPU per message to split by hand',
      atMost: 1.3,
      unit: '×',
      value: ratio('cpu', 'handler', 'net-split'),
    },
    {
      title: 'lines, handler object: CPU per message to readline',
      atMost: 1 / 25,
      unit: '×',
      value: ratio('cpu', 'handler', 'net-readline'),
    },
    {
      title: 'lines, for await: CPU per message to split by hand',
      atMost: 2.5,
      unit: '×',
      value: ratio('cpu', 'iteration', 'net-split'),
    },
    {
      title: 'length-prefixed, handler object: CPU per message to our lines',
      atMost: 1.3,
      unit: '×',
      value: ratio('cpu', 'length', 'handler'),
    },
  ],
  warmUp: (candidate, session) => warmUpExchange(session, pattern(candidate.id)),
  measure: (candidate, session) => measureExchange(session, pattern(candidate.id)),
}
