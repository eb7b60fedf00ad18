/**
 * Who may import whom: the tables of ARCHITECTURE.md as data. A room is a folder or a single file
 * directly below a package's `src`; a wing is a folder inside a room, or inside another wing.
 *
 * Files in the same folder may import each other, and each folder the folders directly inside it.
 * Everything else has to be in a row.
 *
 * @typedef {object} Room
 * @property {readonly string[]} units other rooms of the package
 * @property {readonly string[]} [builtins] Node's modules, without the `node:` in front; any without it
 * @property {readonly string[]} [doors] the files directly in it that other rooms may import; all of
 *   them without it
 * @property {Readonly<Record<string, Wing>>} [wings] by their path inside the room: `tls`, `tls/store`
 *
 * @typedef {object} Wing
 * @property {readonly string[]} sees what it may import of its room: other wings by their path, single
 *   files by theirs, `.` for all files directly in the room. A folder that it sees does not see it
 * @property {readonly string[]} [doors] the files in it that other rooms may import, `*` for all; none
 *   without it
 * @property {readonly string[]} [units] fewer than its room
 * @property {readonly string[]} [builtins] fewer than its room
 *
 * @typedef {Readonly<Record<string, Room>>} Table
 */

const BELOW_CONNECTION = [
  'callbacks',
  'errors',
  'options',
  'promises',
  'report',
  'tls',
  'transport',
  'framing',
  'policy',
  'proxy-protocol',
  'observe',
]

/** What the two that send requests, a client that comes back and a pool, stand on in their room. */
const BELOW_EXCHANGES = [
  'dial',
  'correlators',
  'requests',
  'exchange-options',
  'exchange-settings',
  'fatal-error',
  'let-go',
  'on-abort',
  'shutdown',
]
const UNITS_OF_EXCHANGES = [
  'connection',
  'errors',
  'options',
  'promises',
  'policy',
  'report',
  'socket',
]

/** What touches neither the network nor the disk. */
const HARMLESS = ['buffer', 'events', 'perf_hooks', 'process', 'timers']

/** @type {Table} */
export const LIBRARY_UNITS = {
  'error-codes': { units: [], builtins: [] },
  errors: { units: ['error-codes'], builtins: [] },
  options: { units: ['errors'], builtins: [] },
  promises: { units: ['errors'], builtins: [] },
  callbacks: { units: ['errors', 'promises'], builtins: [] },
  report: { units: ['callbacks', 'errors'], builtins: ['process'] },
  tls: { units: [], builtins: [] },
  transport: { units: ['tls', 'proxy-protocol'], builtins: [] },
  network: { units: ['transport'], builtins: [] },
  surroundings: { units: ['network', 'policy'], builtins: [] },
  framing: {
    units: ['callbacks', 'errors', 'options', 'promises'],
    builtins: [],
    wings: {
      formats: { sees: ['.'], doors: ['*'] },
      'formats/json': {
        sees: ['.', 'formats/line-decoder', 'formats/line-encoder'],
        doors: ['json-lines', 'json-values'],
      },
      'formats/length': { sees: ['.'], doors: ['*'] },
      combinators: { sees: ['.'], doors: ['*'] },
    },
  },
  policy: {
    units: ['callbacks', 'errors', 'options'],
    builtins: [],
    wings: {
      address: {
        sees: ['linked-map'],
        doors: [
          'access',
          'address-changes',
          'address-counts',
          'address-set',
          'connect-rate',
          'ip-address',
        ],
        units: ['options'],
      },
      rate: { sees: [], doors: ['bucket', 'rate-limit'], units: ['options'] },
    },
  },
  'proxy-protocol': { units: ['errors', 'options', 'policy'], builtins: [] },
  tunnel: { units: ['policy', 'proxy-protocol'], builtins: [] },
  observe: { units: ['errors', 'policy', 'report'], builtins: ['diagnostics_channel'] },
  socket: {
    units: [
      'errors',
      'options',
      'promises',
      'report',
      'tls',
      'transport',
      'network',
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
    doors: [
      'connect-errors',
      'deadline',
      'endpoint',
      'foreign-socket',
      'keep-alive',
      'secure-transport',
      'socket-options',
      'socket-transport',
    ],
    wings: {
      transport: {
        sees: ['fast-read', 'goodbye'],
        units: ['tls', 'transport', 'proxy-protocol'],
        builtins: ['buffer', 'fs', 'net', 'process', 'util'],
      },
      tls: {
        sees: ['fast-read', 'goodbye'],
        doors: ['server-tls', 'tls-sessions', 'tls-store'],
        units: ['errors', 'options', 'promises', 'tls', 'policy'],
        builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'net', 'timers', 'tls'],
      },
      unix: {
        sees: ['invalid-endpoint'],
        doors: ['unix-claim', 'unix-endpoint', 'unix-path'],
        units: ['errors'],
        builtins: ['crypto', 'fs', 'net', 'path', 'process'],
      },
      proxy: {
        sees: ['connect-errors', 'dial-endpoint', 'endpoint', 'socket-transport'],
        doors: ['proxy-url'],
        units: ['errors', 'options', 'transport', 'tunnel'],
        builtins: ['buffer', 'net'],
      },
      dial: {
        sees: [
          'proxy',
          'tls',
          'connect-errors',
          'deadline',
          'dial-endpoint',
          'endpoint',
          'fast-read',
          'keep-alive',
          'names',
          'secure-transport',
          'socket-options',
          'socket-transport',
        ],
        doors: ['begin-tls', 'dial'],
        units: ['errors', 'options', 'promises', 'policy', 'tls', 'transport', 'tunnel'],
        builtins: ['dns', 'net'],
      },
      listen: {
        sees: [
          'unix',
          'endpoint',
          'fast-read',
          'keep-alive',
          'names',
          'socket-errors',
          'socket-options',
          'socket-transport',
        ],
        doors: [
          'access-files',
          'arrival',
          'descriptors',
          'inherited',
          'listener',
          'proxy-phase',
          'shared-listening',
          'socket-arrival',
        ],
        units: [
          'errors',
          'network',
          'observe',
          'options',
          'promises',
          'policy',
          'proxy-protocol',
          'transport',
        ],
        builtins: ['fs', 'net', 'process', 'timers'],
      },
      network: {
        sees: [
          'dial/begin-tls',
          'listen/arrival',
          'listen/listener',
          'unix',
          'connect-errors',
          'deadline',
          'dial-endpoint',
          'endpoint',
          'invalid-endpoint',
          'keep-alive',
          'secure-transport',
          'socket-errors',
        ],
        doors: ['dial-network', 'plain-listener', 'plain-place'],
        units: [
          'errors',
          'network',
          'observe',
          'options',
          'promises',
          'policy',
          'report',
          'tls',
          'transport',
        ],
        builtins: [],
      },
    },
  },
  attached: {
    units: ['errors', 'options', 'policy', 'promises', 'socket', 'tls', 'transport'],
    builtins: ['buffer', 'stream', 'timers'],
    doors: ['byte-stream', 'dial-stream', 'web-stream-transport'],
  },
  connection: {
    units: [...BELOW_CONNECTION, 'surroundings'],
    builtins: [...HARMLESS, 'stream', 'stream/web'],
    wings: {
      in: {
        sees: [
          'time/silence-watch',
          'end/close-info',
          'options/call-options',
          'buffer-operations',
          'connection-settings',
          'face',
          'publications',
          'work',
        ],
        doors: ['assert-handler', 'consumer', 'holds', 'inbox', 'receive', 'single-consumer'],
        units: [
          'callbacks',
          'errors',
          'options',
          'promises',
          'report',
          'transport',
          'framing',
          'policy',
          'observe',
        ],
        builtins: ['timers'],
      },
      out: {
        sees: ['end/close-errors', 'buffer-operations', 'memberships', 'publications', 'work'],
        doors: ['encode-frame'],
        units: ['errors', 'promises', 'transport', 'framing', 'observe'],
        builtins: ['buffer', 'process', 'timers'],
      },
      end: {
        sees: ['time', 'connection-settings'],
        doors: ['close-info'],
        units: ['errors', 'options', 'transport', 'policy'],
        builtins: [],
      },
      watch: {
        sees: ['end/close-info', 'connection-settings'],
        doors: ['connection-heartbeat'],
        units: ['callbacks', 'errors', 'promises', 'framing', 'policy'],
        builtins: [],
      },
      options: {
        sees: [
          'end/close-info',
          'out/encode-frame',
          'time',
          'watch/connection-heartbeat',
          'connection-settings',
          'face',
          'server-face',
          'work',
        ],
        doors: ['call-options', 'close-options', 'connection-options', 'timeouts'],
        units: ['errors', 'framing', 'options', 'policy', 'tls'],
        builtins: [],
      },
      time: {
        sees: [],
        doors: ['steady-clock', 'system-clock'],
        units: ['callbacks', 'policy', 'report', 'surroundings'],
        builtins: ['perf_hooks', 'process', 'timers'],
      },
    },
  },
  server: {
    units: [...BELOW_CONNECTION, 'network', 'surroundings', 'socket', 'connection'],
    builtins: ['buffer', 'events', 'process', 'timers'],
    doors: [
      'create-server',
      'for-worker',
      'serve-requests',
      'server',
      'server-events',
      'server-options',
    ],
    wings: {
      accept: {
        sees: [
          'groups',
          'drain',
          'failures',
          'server-events',
          'server-options',
          'server-publications',
          'server-settings',
        ],
        doors: ['proxy-trust'],
        units: [
          'callbacks',
          'errors',
          'options',
          'tls',
          'transport',
          'policy',
          'proxy-protocol',
          'observe',
          'socket',
          'connection',
        ],
        builtins: ['timers'],
      },
      groups: {
        sees: ['backplane'],
        units: ['callbacks', 'errors', 'options', 'framing', 'policy', 'connection'],
        builtins: ['buffer'],
      },
      backplane: {
        sees: [],
        doors: ['backplane', 'memory-backplane'],
        units: ['callbacks', 'errors', 'options', 'observe', 'promises', 'policy', 'connection'],
        builtins: ['buffer', 'timers'],
      },
    },
  },
  client: {
    units: [...BELOW_CONNECTION, 'network', 'surroundings', 'socket', 'attached', 'connection'],
    builtins: ['events', 'timers'],
    doors: ['fatal-error'],
    wings: {
      dial: {
        sees: [],
        doors: ['attach', 'connect', 'destination', 'send-proxy'],
        builtins: [],
      },
      correlators: {
        sees: ['on-abort'],
        doors: ['correlation'],
        units: ['callbacks', 'connection', 'errors', 'options', 'promises', 'policy'],
        builtins: [],
      },
      requests: {
        sees: ['correlators'],
        doors: ['request-options'],
        units: ['callbacks', 'connection', 'errors', 'options', 'promises', 'policy', 'report'],
        builtins: [],
      },
      steady: {
        sees: BELOW_EXCHANGES,
        doors: ['client', 'client-events', 'client-options', 'status'],
        units: UNITS_OF_EXCHANGES,
        builtins: ['events'],
      },
      pool: {
        sees: BELOW_EXCHANGES,
        doors: ['lease', 'pool', 'pool-options'],
        units: UNITS_OF_EXCHANGES,
        builtins: ['events', 'timers'],
      },
    },
  },
  relay: {
    units: ['errors', 'options', 'promises', 'framing', 'observe', 'connection'],
    builtins: [],
  },
  metrics: {
    units: ['callbacks', 'errors', 'options', 'observe', 'report', 'socket'],
    builtins: ['buffer', 'http', 'perf_hooks'],
    wings: {
      http: {
        sees: ['collect', 'servers'],
        units: ['errors', 'options', 'socket'],
        builtins: ['buffer', 'http'],
      },
    },
  },
  systemd: {
    units: ['errors', 'options', 'policy', 'observe', 'connection', 'report', 'socket'],
    builtins: ['child_process', 'process'],
  },
  log: {
    units: [
      'callbacks',
      'connection',
      'errors',
      'observe',
      'options',
      'policy',
      'promises',
      'report',
      'tls',
    ],
    builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'path', 'process', 'zlib'],
    wings: {
      format: { sees: [], units: ['errors'], builtins: ['buffer', 'zlib'] },
      files: {
        sees: ['format'],
        units: ['errors'],
        builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'path', 'process'],
      },
      blocks: {
        sees: ['files', 'format'],
        units: ['errors', 'options', 'policy'],
        builtins: ['buffer', 'fs/promises'],
      },
      search: {
        sees: ['blocks', 'format'],
        units: ['options'],
        builtins: ['buffer'],
      },
      reader: {
        sees: ['blocks', 'files', 'format', 'search'],
        units: ['connection', 'errors', 'options', 'policy', 'promises'],
        builtins: ['buffer', 'fs/promises', 'path'],
      },
      mask: {
        sees: ['format'],
        units: ['callbacks', 'errors', 'options'],
        builtins: ['buffer'],
      },
      traffic: {
        sees: ['format', 'writer'],
        units: ['observe', 'options', 'promises', 'tls'],
        builtins: [],
      },
      writer: {
        sees: ['files', 'format', 'mask'],
        units: ['connection', 'errors', 'options', 'policy', 'promises', 'report'],
        builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'path', 'process'],
      },
    },
  },
  workers: {
    units: [
      'errors',
      'options',
      'promises',
      'report',
      'policy',
      'observe',
      'socket',
      'connection',
      'server',
      'metrics',
    ],
    builtins: ['buffer', 'cluster', 'events', 'os', 'process', 'stream', 'timers', 'url'],
    doors: [],
    wings: {
      primary: {
        sees: ['address-route', 'outgoing', 'parcels', 'protocol'],
        units: [
          'errors',
          'options',
          'promises',
          'policy',
          'observe',
          'report',
          'socket',
          'connection',
          'metrics',
        ],
      },
      worker: {
        sees: ['address-route', 'outgoing', 'parcels', 'protocol'],
        units: [
          'errors',
          'options',
          'promises',
          'policy',
          'observe',
          'socket',
          'connection',
          'server',
          'metrics',
        ],
        builtins: ['buffer', 'cluster', 'process', 'timers'],
      },
    },
  },
  testing: {
    units: [...BELOW_CONNECTION, 'network', 'connection'],
    // `net` for the scripted peer: it fakes the far end, so it must not share our own socket code.
    builtins: [...HARMLESS, 'assert', 'assert/strict', 'fs', 'net'],
    wings: {
      framing: {
        sees: ['peer/expectation-error', 'escape', 'join-bytes'],
        units: ['connection', 'errors', 'framing', 'options'],
        builtins: ['assert/strict'],
      },
      conformance: {
        sees: ['next-turn', 'test-deadline'],
        units: ['transport'],
        builtins: ['assert/strict'],
      },
      network: {
        sees: ['link-ends', 'memory-pair', 'memory-transport', 'toxics'],
        doors: ['host-names', 'places', 'system-error'],
        units: ['options', 'promises', 'network', 'transport'],
        builtins: [],
      },
      peer: {
        sees: ['escape', 'test-deadline'],
        units: ['errors', 'options', 'promises', 'transport'],
        builtins: ['events', 'fs', 'net'],
      },
    },
  },
  simulate: {
    units: [
      'errors',
      'options',
      'policy',
      'observe',
      'tls',
      'transport',
      'network',
      'surroundings',
      'connection',
      'testing',
    ],
    builtins: ['async_hooks', 'module', 'perf_hooks', 'process', 'timers', 'timers/promises'],
    doors: [],
    wings: {
      time: { sees: [], units: ['policy', 'testing'], builtins: [] },
      runtime: {
        sees: ['context'],
        units: ['policy'],
        builtins: ['module', 'perf_hooks', 'process', 'timers', 'timers/promises'],
      },
      checks: { sees: ['context'], units: ['observe', 'policy'], builtins: [] },
      network: {
        sees: ['checks'],
        units: ['options', 'policy', 'network', 'tls', 'transport', 'testing'],
        builtins: [],
      },
      faults: { sees: ['network', 'time', 'chance'], units: ['policy'], builtins: [] },
    },
  },
  index: {
    units: [
      ...BELOW_CONNECTION,
      'network',
      'socket',
      'attached',
      'connection',
      'server',
      'client',
      'relay',
    ],
    builtins: [],
  },
}

/** @type {Table} */
export const COMMAND_UNITS = {
  output: { units: [], wings: { sinks: { sees: [], doors: ['*'] } } },
  failure: { units: ['output'] },
  input: { units: ['output'] },
  arguments: {
    units: ['failure'],
    wings: {
      bytes: { sees: [], doors: ['*'], units: [] },
      framing: { sees: ['bytes', 'nearest'], doors: ['choice', 'code', 'explanation', 'parse'] },
      flags: { sees: ['bytes', '.'], doors: ['*'] },
    },
  },
  wire: { units: ['failure', 'arguments'] },
  certificate: { units: ['failure', 'arguments', 'output'] },
  connect: { units: ['failure', 'arguments', 'input', 'output', 'wire'] },
  foreground: { units: ['failure', 'arguments', 'input', 'output'] },
  serve: {
    units: ['failure', 'arguments', 'certificate', 'foreground', 'input', 'output', 'wire'],
    wings: {
      workers: {
        sees: ['hints', 'host', 'join-nats', 'masking', 'options'],
        units: ['failure', 'certificate', 'foreground', 'input', 'output', 'wire'],
      },
    },
  },
  proxy: {
    units: [
      'failure',
      'arguments',
      'certificate',
      'foreground',
      'inspect',
      'output',
      'pcapng',
      'wire',
    ],
    wings: {
      faults: { sees: [], units: ['failure', 'arguments'], builtins: [] },
      'faults/kinds': {
        sees: ['faults/fault', 'faults/stage'],
        units: ['failure', 'arguments'],
        builtins: [],
      },
      lanes: {
        sees: ['faults'],
        units: ['arguments', 'wire'],
      },
      rules: {
        sees: ['faults/fault', 'faults/stage', 'lanes/cutter', 'lanes/filter'],
        units: ['failure', 'arguments', 'wire'],
        builtins: ['buffer', 'fs', 'path', 'process', 'url', 'worker_threads'],
      },
      records: {
        sees: ['faults/fault', 'faults/stage', 'recorder'],
        units: ['output'],
        builtins: [],
      },
      api: {
        sees: ['faults', 'proxy-server', 'registry'],
        units: ['failure'],
        builtins: ['crypto', 'http'],
      },
    },
  },
  inspect: {
    units: ['failure', 'arguments', 'foreground', 'input', 'output', 'wire'],
    wings: {
      watch: {
        sees: [],
        doors: ['conversation', 'only', 'reporter', 'watcher'],
        units: ['failure', 'arguments', 'output'],
      },
      show: {
        sees: ['watch'],
        doors: ['log-reporter'],
        units: ['failure', 'foreground', 'output', 'wire'],
      },
    },
  },
  pcapng: { units: [] },
  log: { units: ['failure', 'arguments', 'output', 'pcapng', 'wire'] },
  replay: {
    units: ['failure', 'arguments', 'certificate', 'input', 'output', 'wire'],
    wings: {
      judge: { sees: ['difference'], units: ['failure', 'wire'] },
      play: { sees: ['judge', 'difference', 'step'], units: ['failure'] },
      script: { sees: ['step'], units: ['output'] },
    },
  },
  workbench: {
    units: [
      'failure',
      'arguments',
      'certificate',
      'connect',
      'input',
      'inspect',
      'log',
      'output',
      'proxy',
      'replay',
      'serve',
      'wire',
    ],
    wings: {
      lend: { sees: [] },
      project: {
        sees: ['saved-file', 'tools'],
        doors: ['run-command', 'run-options', 'run-project'],
      },
    },
  },
  program: {
    units: [
      'arguments',
      'certificate',
      'connect',
      'inspect',
      'log',
      'proxy',
      'replay',
      'serve',
      'workbench',
    ],
  },
  run: {
    units: [
      'failure',
      'output',
      'program',
      'arguments',
      'certificate',
      'connect',
      'inspect',
      'log',
      'proxy',
      'replay',
      'serve',
      'workbench',
    ],
  },
  main: { units: ['run'] },
}

/** @type {Table} */
export const NATS_UNITS = {
  names: { units: [], builtins: [] },
  header: { units: ['names'], builtins: ['buffer'] },
  servers: { units: [], builtins: [] },
  pulse: { units: [], builtins: [] },
  options: { units: ['header', 'pulse', 'servers'], builtins: ['crypto'] },
  subjects: { units: [], builtins: ['buffer'] },
  'recent-map': { units: [], builtins: [] },
  sequences: { units: ['recent-map'], builtins: ['crypto'] },
  presence: { units: ['subjects'], builtins: [] },
  attempt: { units: [], builtins: ['async_hooks', 'diagnostics_channel'] },
  'connect-error': { units: ['attempt'], builtins: [] },
  link: { units: ['connect-error', 'pulse'], builtins: [] },
  'nats-backplane': {
    units: [
      'attempt',
      'connect-error',
      'header',
      'link',
      'names',
      'options',
      'presence',
      'sequences',
      'subjects',
    ],
    builtins: [],
  },
  index: { units: ['nats-backplane', 'options'], builtins: [] },
}

/** @type {Table} */
export const INSPECT_UNITS = {
  wire: { units: [], builtins: [] },
  tap: {
    units: ['wire'],
    builtins: [
      'buffer',
      'fs',
      'module',
      'net',
      'path',
      'perf_hooks',
      'process',
      'timers',
      'worker_threads',
    ],
    wings: {
      send: {
        sees: ['natives'],
        builtins: ['buffer', 'fs', 'net', 'path', 'process', 'worker_threads'],
      },
      connections: { sees: ['natives', 'send'], builtins: ['net'] },
      hooks: { sees: ['fault', 'natives', 'connections'], units: [], builtins: ['net', 'process'] },
    },
  },
  collect: {
    units: ['wire'],
    builtins: [
      'buffer',
      'child_process',
      'fs',
      'net',
      'os',
      'path',
      'process',
      'timers/promises',
      'util',
    ],
  },
  launch: {
    units: [],
    builtins: [
      'buffer',
      'child_process',
      'events',
      'fs',
      'os',
      'process',
      'timers/promises',
      'url',
    ],
  },
  guess: { units: [], builtins: [] },
  attach: {
    units: ['launch', 'wire'],
    builtins: ['buffer', 'fs', 'path', 'process', 'timers', 'timers/promises'],
    doors: ['attach', 'attach-error'],
  },
  index: { units: ['attach', 'collect', 'guess', 'launch'], builtins: [] },
}

/** The half of the workbench that runs in Node.js. @type {Table} */
export const WORKBENCH_UNITS = {
  protocol: {
    units: [],
    builtins: [],
    wings: {
      text: { sees: [], builtins: [], doors: ['count-parts', 'encode-text', 'encoding', 'gbk'] },
    },
  },
  'workbench-error': { units: [], builtins: [] },
  tools: { units: ['protocol'], builtins: [] },
  'pattern-bytes': { units: ['protocol', 'workbench-error'], builtins: ['buffer'] },
  responders: {
    units: ['pattern-bytes', 'protocol', 'workbench-error'],
    builtins: ['buffer', 'perf_hooks', 'process', 'vm'],
    doors: ['bounded-regex', 'rule-set'],
  },
  variables: { units: ['workbench-error'], builtins: ['buffer', 'crypto'] },
  sequences: {
    units: ['pattern-bytes', 'protocol', 'responders', 'workbench-error'],
    builtins: ['buffer', 'timers/promises'],
    doors: ['run-target', 'runs', 'when-closed'],
  },
  'user-file': {
    units: [],
    builtins: ['crypto', 'fs', 'fs/promises', 'path', 'perf_hooks', 'timers/promises'],
  },
  saved: {
    units: ['protocol', 'user-file', 'workbench-error'],
    builtins: ['buffer', 'fs/promises', 'util'],
  },
  sessions: {
    units: [
      'pattern-bytes',
      'protocol',
      'responders',
      'scripts',
      'sequences',
      'tools',
      'variables',
      'workbench-error',
    ],
    wings: {
      code: { sees: [] },
      kinds: {
        sees: ['failure-text', 'refusals', 'running', 'sessions'],
        doors: ['adopted-server', 'begin', 'server-session'],
      },
    },
  },
  scripts: {
    units: [],
    builtins: [
      'buffer',
      'child_process',
      'crypto',
      'fs',
      'module',
      'perf_hooks',
      'process',
      'stream',
      'timers',
      'url',
      'worker_threads',
    ],
    doors: ['script', 'script-act'],
  },
  trust: {
    units: ['protocol', 'user-file', 'workbench-error'],
    builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'path', 'url'],
    doors: ['project-code', 'read-own-file', 'trusted'],
  },
  project: {
    units: ['protocol', 'scripts', 'trust', 'workbench-error'],
    builtins: ['buffer', 'crypto', 'fs', 'fs/promises', 'path'],
    doors: ['project'],
  },
  sheet: {
    units: ['pattern-bytes', 'protocol', 'workbench-error'],
    builtins: ['buffer', 'crypto', 'timers/promises', 'vm', 'worker_threads', 'zlib'],
    wings: {
      file: { sees: ['row-source'], builtins: [] },
      scan: {
        sees: ['file', 'row-source'],
        builtins: ['buffer', 'timers/promises', 'worker_threads'],
      },
      messages: { sees: ['row-source'], builtins: ['buffer', 'timers/promises'] },
    },
  },
  page: {
    units: ['workbench-error'],
    builtins: [
      'buffer',
      'crypto',
      'fs/promises',
      'http',
      'path',
      'perf_hooks',
      'stream',
      'timers',
      'url',
    ],
    doors: ['assets', 'page-server', 'place'],
  },
  desk: {
    units: [
      'project',
      'protocol',
      'saved',
      'sequences',
      'sessions',
      'sheet',
      'tools',
      'workbench-error',
    ],
    builtins: ['buffer', 'perf_hooks', 'timers'],
    doors: ['desk'],
  },
  'project-run': {
    units: [
      'project',
      'protocol',
      'sequences',
      'sessions',
      'sheet',
      'tools',
      'trust',
      'workbench-error',
      'workbench-log',
    ],
    builtins: ['perf_hooks', 'timers'],
    doors: ['run-project', 'run-report'],
  },
  'workbench-log': {
    units: ['workbench-error'],
    builtins: ['fs', 'fs/promises', 'os', 'path', 'process'],
  },
  workbench: {
    units: [
      'desk',
      'page',
      'project',
      'protocol',
      'saved',
      'sequences',
      'sessions',
      'sheet',
      'tools',
      'trust',
      'workbench-error',
      'workbench-log',
    ],
    builtins: [],
  },
  index: {
    units: ['project-run', 'protocol', 'tools', 'workbench', 'workbench-error'],
    builtins: [],
  },
}

/** The half of the workbench that runs in a browser. @type {Table} */
export const WORKBENCH_PAGE_UNITS = {
  words: { units: [], builtins: [] },
  bytes: { units: [], builtins: [] },
  backend: { units: [], builtins: [] },
  store: {
    units: ['backend', 'bytes', 'words'],
    builtins: [],
    wings: {
      connections: { sees: ['event-feed', 'sheet-store'], doors: ['connections', 'conversations'] },
    },
  },
  widgets: { units: [], builtins: [] },
  views: {
    units: ['backend', 'bytes', 'store', 'widgets', 'words'],
    builtins: [],
    wings: {
      composer: { sees: ['use-store'] },
      connections: { sees: ['use-store', 'sheet'] },
      details: { sees: ['use-store', 'marked-text', 'connections'] },
      faults: { sees: ['use-store'] },
      keys: { sees: ['use-store'], doors: ['shortcuts'] },
      project: { sees: ['use-store'], doors: ['project-strip', 'save-button', 'trust-dialog'] },
      marks: { sees: ['use-store'] },
      rules: { sees: ['use-store'] },
      runs: { sees: ['use-store'] },
      saved: { sees: ['use-store'] },
      sessions: { sees: ['use-store', 'project'] },
      sheet: { sees: ['use-store', 'marked-text'] },
      start: { sees: ['use-store'] },
      frame: {
        sees: [
          'use-store',
          'composer',
          'connections',
          'details',
          'faults',
          'keys',
          'marks',
          'project',
          'rules',
          'runs',
          'saved',
          'sessions',
          'sheet',
          'start',
        ],
        doors: ['page'],
      },
    },
  },
  main: { units: ['backend', 'store', 'views'], builtins: [] },
}

/** What a page may see of its package: what both halves say to each other. @type {Readonly<Record<string, string>>} */
export const SHARED_WITH_PAGES = { 'workbench/web': 'packages/workbench/src/protocol' }

/** The table of each package, by its folder below `packages`. @type {Readonly<Record<string, Table>>} */
export const TABLES = {
  hawser: LIBRARY_UNITS,
  cli: COMMAND_UNITS,
  inspect: INSPECT_UNITS,
  nats: NATS_UNITS,
  workbench: WORKBENCH_UNITS,
  'workbench/web': WORKBENCH_PAGE_UNITS,
}

/** Lines that a file of a package may have. */
export const MOST_LINES = 300

/** Sockets are opened in one place, so nothing else may name these. */
export const SOCKET_BUILTINS = ['net', 'tls', 'dgram', 'http', 'https', 'http2']

/** Scrapers, probes, toxiproxy's clients and browsers speak HTTP: these answer them, on sockets that are not ours. */
export const HTTP_FILES = [
  'packages/hawser/src/metrics/http/page-server.ts',
  'packages/cli/src/proxy/api/api-server.ts',
  'packages/workbench/src/page/page-server.ts',
]

/** A named pipe is read by its descriptor, of which the library makes no stream. */
export const PIPE_FILE = 'packages/inspect/src/collect/pipes.ts'

/** What runs in a watched program looks at that program's own sockets. */
export const WATCHING_FOLDER = 'packages/inspect/src/tap'

/** Files that import modules of the user's, whose names are not known here. */
export const LOADER_FILES = [
  'packages/cli/src/wire/import-module.ts',
  'packages/workbench/src/scripts/import-script.ts',
]

/** Folders outside the library that see only its public names. */
export const PUBLIC_ONLY = [
  'packages/cli/src',
  'packages/inspect/src',
  'packages/nats/src',
  'packages/workbench/src',
  'packages/workbench/web',
  'examples',
]

/** What the library's tests check of an implementation of its interfaces, for the packages that have one. */
export const CONTRACTS = ['packages/hawser/test/server/support/backplane-contract.ts']
