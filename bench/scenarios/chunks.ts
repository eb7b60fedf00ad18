import { nodeServer } from '../candidates.js'
import { ratio, type Scenario } from '../scenario.js'
import { measureExchange, warmUpExchange } from './exchange.js'
import { netEcho } from './servers.js'

const pattern = { connections: 10, window: 2, kind: 'chunks', answer: 'same' } as const

/** Bulk data without framing: what a byte costs. */
export const chunks: Scenario = {
  id: 'chunks',
  title: '64 KiB chunks, raw()',
  description: '10 connections, two chunks of 64 KiB in flight on each, sent back as they came',
  passes: 4,
  // Where the allocator puts buffers of 64 KiB is a matter of luck that lasts as long as the process.
  freshServers: true,
  candidates: [
    netEcho,
    nodeServer('handler', 'Hawser raw(), handler object', 'hawser/raw'),
    nodeServer('handler-fallback', 'the same, fastRead: false', 'hawser/raw', 'fallback'),
    nodeServer('net-echo-heap', 'node:net, with 60 MiB of live heap', 'node/echo', 'heap'),
    nodeServer('handler-heap', 'Hawser raw(), with 60 MiB of live heap', 'hawser/raw', 'heap'),
  ],
  columns: [
    { key: 'rateMiB', title: 'MiB/s', digits: 0 },
    { key: 'cpuPerMiB', title: 'CPU µs/MiB', digits: 0, spread: true },
    { key: 'p50', title: 'p50 µs', digits: 0 },
    { key: 'p99', title: 'p99 µs', digits: 0 },
  ],
  figures: [
    {
      title: 'raw() chunks: CPU per MiB to unframed node:net',
      atMost: 1,
      unit: '×',
      value: ratio('cpuPerMiB', 'handler', 'net-echo'),
    },
    {
      title: 'the same in processes with 60 MiB of live heap',
      atMost: 1,
      unit: '×',
      value: ratio('cpuPerMiB', 'handler-heap', 'net-echo-heap'),
    },
  ],
  warmUp: (_, session) => warmUpExchange(session, pattern),
  measure: (_, session) => measureExchange(session, pattern),
}
