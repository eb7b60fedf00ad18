/**
 * Who may import whom: the table of ARCHITECTURE.md as data. A unit is a folder or a single file
 * directly below a package's `src`.
 *
 * @typedef {object} UnitRule
 * @property {readonly string[]} units other units of the same package
 * @property {readonly string[]} builtins Node's modules, without the `node:` in front
 */

const BELOW_CONNECTION = [
  'errors',
  'options',
  'tls',
  'transport',
  'framing',
  'policy',
  'proxy-protocol',
  'observe',
]

/** What touches neither the network nor the disk. */
const HARMLESS = ['buffer', 'events', 'perf_hooks', 'process', 'timers']

/** @type {Readonly<Record<string, UnitRule>>} */
export const LIBRARY_UNITS = {
  errors: { units: [], builtins: [] },
  options: { units: ['errors'], builtins: [] },
  tls: { units: [], builtins: [] },
  transport: { units: ['tls', 'proxy-protocol'], builtins: [] },
  framing: { units: ['errors', 'options'], builtins: [] },
  policy: { units: ['errors', 'options'], builtins: [] },
  'proxy-protocol': { units: ['errors', 'options', 'policy'], builtins: [] },
  tunnel: { units: ['policy', 'proxy-protocol'], builtins: [] },
  observe: { units: ['errors', 'policy'], builtins: ['diagnostics_channel'] },
  socket: {
    units: [
      'errors',
      'options',
      'tls',
      'transport',
      'observe',
      'policy',
      'proxy-protocol',
      'tunnel',
    ],
    builtins: [
      ...HARMLESS,
      'net',
      'tls',
      'crypto',
      'dns',
      'dns/promises',
      'fs',
      'fs/promises',
      'os',
      'path',
      'stream',
      'util',
    ],
  },
  connection: {
    units: BELOW_CONNECTION,
    builtins: [...HARMLESS, 'stream', 'stream/web'],
  },
  server: { units: [...BELOW_CONNECTION, 'socket', 'connection'], builtins: HARMLESS },
  client: { units: [...BELOW_CONNECTION, 'socket', 'connection'], builtins: HARMLESS },
  relay: { units: ['errors', 'framing', 'connection'], builtins: [] },
  metrics: { units: ['errors', 'options', 'observe'], builtins: ['perf_hooks'] },
  systemd: {
    units: ['errors', 'options', 'policy', 'observe', 'connection', 'socket'],
    builtins: ['child_process', 'process'],
  },
  workers: {
    units: ['errors', 'options', 'policy', 'observe', 'socket', 'connection', 'server', 'metrics'],
    builtins: ['child_process', 'cluster', 'events', 'os', 'process', 'stream', 'timers', 'url'],
  },
  testing: {
    units: [...BELOW_CONNECTION, 'connection'],
    // `net` for the scripted peer: it fakes the far end, so it must not share our own socket code.
    builtins: [...HARMLESS, 'assert', 'assert/strict', 'net'],
  },
  index: {
    units: [...BELOW_CONNECTION, 'socket', 'connection', 'server', 'client', 'relay', 'systemd'],
    builtins: [],
  },
}

/** Sockets are opened in one place, so nothing else may name these. */
export const SOCKET_BUILTINS = ['net', 'tls', 'dgram', 'http', 'https', 'http2']

/** Scrapers and probes speak HTTP: these few files may answer them, on a socket that is not ours. */
export const HTTP_FILES = ['packages/cli/src/serve/monitor.ts', 'examples/production/metrics.ts']

/** Folders outside the library that see only its public names. */
export const PUBLIC_ONLY = ['packages/cli/src', 'packages/workbench', 'examples']
