import { expect, it } from 'vitest'
import { parseLine } from '../../src/workbench/parse-line.js'
import { toLine } from '../../src/workbench/to-line.js'

/** A line, and what it asks for. */
const lines: readonly (readonly [string, object])[] = [
  ['hawser serve', { kind: 'server', listen: 'tcp://127.0.0.1:8000', framing: 'lines' }],
  ['hawser serve 9000', { kind: 'server', name: 'server 9000', listen: '127.0.0.1:9000' }],
  ['hawser serve "*:9000" --echo', { listen: '*:9000', respond: 'echo' }],
  ['hawser serve *:9000 --chat', { listen: '*:9000', respond: 'chat' }],
  ["hawser serve 9000 --greeting 'hello; $(you)'", { greeting: 'hello; $(you)' }],
  [String.raw`hawser serve 9000 -e --greeting 'a\tb'`, { greeting: 'a\tb' }],
  [
    'hawser serve 9000 --framing length:2be,offset=4 --max-frame 64KiB',
    { framing: 'length:2be,offset=4', maxFrame: 65_536 },
  ],
  [String.raw`hawser serve 9000 -f 'delim:\r\n'`, { framing: String.raw`delim:\r\n` }],
  ['hawser serve 9000 --max-connections 3 --idle 30s', { maxConnections: 3, idleTimeout: 30_000 }],
  ['hawser serve 9000 --tls', { tls: true }],
  ['hawser serve tls://127.0.0.1:9000', { tls: true, listen: 'tls://127.0.0.1:9000' }],
  ['hawser serve 9000 --cert a.pem', { tls: { cert: 'a.pem', key: 'a.pem' } }],
  ['hawser serve 9000 --page --json --hex --quiet', { kind: 'server' }],
  ['npx --no hawser serve 9000', { kind: 'server' }],
  ['$ hawser serve 9000', { kind: 'server' }],
  ['  ./node_modules/.bin/hawser   serve   9000  ', { kind: 'server' }],
  ['hawser connect 8000', { kind: 'client', connect: 'localhost:8000', framing: 'raw' }],
  ['hawser connect [::1]:8000 --reconnect', { connect: '[::1]:8000', reconnect: true }],
  ['hawser connect tls://a.example:443', { tls: true }],
  [
    'hawser connect a.example:443 --insecure --servername b --ca c.pem',
    { tls: { insecure: true, servername: 'b', ca: 'c.pem' } },
  ],
  ['hawser proxy 9000 6379', { kind: 'proxy', listen: '127.0.0.1:9000', target: 'localhost:6379' }],
  [
    'hawser proxy 9000 6379 --fault latency=100±20@down:0.5 --fault drop=0.01 --seed 7',
    { faults: ['latency=100±20@down:0.5', 'drop=0.01'], seed: 7 },
  ],
  ['hawser proxy 9000 6379 --tls-in --tls-out', { tlsIn: true, tlsOut: true }],
  ['nc -l 8000', { kind: 'server', listen: '127.0.0.1:8000', framing: 'raw' }],
  ['nc -lvnp 8000', { kind: 'server', listen: '127.0.0.1:8000' }],
  ['nc -l -p 8000', { listen: '127.0.0.1:8000' }],
  ['nc -lk 0.0.0.0 8000', { listen: '0.0.0.0:8000' }],
  ['nc -l ::1 8000', { listen: '[::1]:8000' }],
  ['nc -lU /run/a.sock', { kind: 'server', listen: 'unix:/run/a.sock' }],
  ['nc -U /run/a.sock', { kind: 'client', connect: 'unix:/run/a.sock' }],
  ['ncat -l 8000 --keep-open --chat --max-conns=4', { respond: 'chat', maxConnections: 4 }],
  ['ncat --listen --ssl 8000', { kind: 'server', tls: true }],
  ['nc example.com 80', { kind: 'client', connect: 'example.com:80' }],
  ['nc -v -w 5 127.0.0.1 8000', { connect: '127.0.0.1:8000' }],
  ['nc -w5 127.0.0.1 8000', { connect: '127.0.0.1:8000' }],
  ['ncat --ssl a.example 443', { tls: { insecure: true } }],
  ['ncat --ssl-verify a.example 443', { tls: true }],
  ['/usr/bin/telnet 127.0.0.1 8000', { kind: 'client', connect: '127.0.0.1:8000' }],
  ['telnet example.com', { connect: 'example.com:23' }],
]

it.each(lines)('%s', (line, asked) => {
  expect(parseLine(line)).toMatchObject(asked)
})

it.each(lines)('what is read is written as a line that is read as the same: %s', (line) => {
  const asked = parseLine(line)
  expect(parseLine(toLine(asked))).toEqual(asked)
})

const refused: readonly (readonly [string, string])[] = [
  ['', 'nothing to read'],
  ['   ', 'nothing to read'],
  ['rm -rf /', 'rm is not known here'],
  ['sudo hawser serve', 'sudo is not known here'],
  ['hawser', 'write hawser serve 8000'],
  ['hawser serve 9000 9001', 'one place'],
  ['hawser serve 9000 --workers 4', '--workers is nothing'],
  ['hawser serve 9000 --allow 10.0.0.0/8', '--allow is nothing'],
  ['hawser serve 9000 --http-hello', '--http-hello is nothing'],
  ['hawser serve 9000 --log x', '--log is nothing'],
  ['hawser serve 9000 --ecoh', 'did you mean --echo'],
  ['hawser serve 9000 --framing lins', 'did you mean'],
  ['hawser connect', 'missing required argument'],
  ['hawser connect 8000 --proxy socks5://a', '--proxy is nothing'],
  ['hawser proxy 9000', 'the target is missing'],
  ['hawser proxy 9000 6379 --rules ./rules.js', '--rules is nothing'],
  ['hawser log x', 'hawser log is no session'],
  ['hawser serve --help', '--help is for a terminal'],
  ['hawser help serve', 'hawser help is no session'],
  ['nc -e /bin/sh 127.0.0.1 8000', 'would run a program'],
  ['nc -le /bin/sh 8000', 'would run a program'],
  ['nc 127.0.0.1 8000 -e /bin/sh', 'would run a program'],
  ['ncat -l 8000 -c cat', 'would run a program'],
  ['ncat -l 8000 --exec /bin/cat', 'would run a program'],
  ['ncat -l 8000 --exec=/bin/cat', 'would run a program'],
  ['ncat -l 8000 --sh-exec cat', 'would run a program'],
  ['ncat -l 8000 --lua-exec a.lua', 'would run a program'],
  ['nc -u 127.0.0.1 8000', 'is nothing for a session'],
  ['nc -z 127.0.0.1 8000', 'is nothing for a session'],
  ['nc 127.0.0.1', 'does not say where'],
  ['nc -l', 'does not say where'],
  ['nc 127.0.0.1 http', 'is no port'],
  ['nc 127.0.0.1 70000', 'is no port'],
  ['nc 127.0.0.1 8000 | sh', '| is for a shell'],
  ['nc 127.0.0.1 8000; rm x', '; is for a shell'],
  ['nc 127.0.0.1 8000 && rm x', '& is for a shell'],
  ['nc 127.0.0.1 8000 < file', '< is for a shell'],
  ['nc 127.0.0.1 8000 > file', '> is for a shell'],
  ['nc $(cat host) 8000', '$ is for a shell'],
  ['nc "$(cat host)" 8000', '$ is for a shell'],
  ['nc "`cat host`" 8000', '` is for a shell'],
  ['nc `cat host` 8000', '` is for a shell'],
  ['nc $HOST 8000', '$ is for a shell'],
  ['nc 127.0.0.1 8000\nrm x', 'a second line is for a shell'],
  ["nc '127.0.0.1 8000", 'has no end'],
  ['nc "127.0.0.1 8000', 'has no end'],
]

it.each(refused)('is refused, and nothing is run: %j', (line, message) => {
  expect(() => parseLine(line)).toThrow(message)
})

it('a long line of quotation marks and backslashes is read at once', () => {
  for (const piece of ["'", '"', '\\', '"\\', '\\"', ' ', 'a']) {
    const line = `nc ${piece.repeat(4_000)}`
    try {
      parseLine(line)
    } catch (error) {
      expect(error).toHaveProperty('name', 'UsageError')
    }
  }
})

it('a replay is copied as the command that does the same', () => {
  const definition = { kind: 'replay', name: 'r', listen: '127.0.0.1:9000', path: '/a b.hawser' }
  expect(toLine({ ...definition, kind: 'replay', connection: 3, expect: 'length' })).toBe(
    "hawser replay '/a b.hawser' --as-server 127.0.0.1:9000 --repeat endless --connection 3 --expect length",
  )
})

it.each([
  [
    'hawser inspect -- node app.js --port 1',
    { name: 'program app.js', command: ['node', 'app.js', '--port', '1'] },
  ],
  [
    "hawser inspect --only 'port=5432,role=connect' --only pid=7 --http2 -- npm start",
    {
      name: 'program start',
      command: ['npm', 'start'],
      http2: true,
      only: ['port=5432,role=connect', 'pid=7'],
    },
  ],
  ['hawser inspect --pid 4711', { name: 'process 4711', pid: 4711 }],
  [
    "cd '/my shop' && hawser inspect -- node app.js",
    { name: 'program app.js', command: ['node', 'app.js'], folder: '/my shop' },
  ],
])('%s is a program that is watched, and is written so', (line, rest) => {
  const definition = parseLine(line)
  expect(definition).toEqual({ kind: 'program', ...rest })
  expect(toLine(definition)).toBe(line)
})

it.each([
  ['cd /a && hawser serve 8000', 'cd is for hawser inspect -- COMMAND alone'],
  ['cd /a && hawser inspect --pid 4711', 'cd is for hawser inspect -- COMMAND alone'],
  ['cd /a && cd /b && hawser inspect -- node', '& is for a shell'],
  ['hawser inspect -- node app.js | tee log', '| is for a shell'],
  ['hawser inspect --log a.hawser -- node app.js', '--log is nothing that a session'],
])('%s is no session', (line, message) => {
  expect(() => parseLine(line)).toThrow(message)
})

it('--yes is the agreement that a process may be sent a signal, which no command is copied with', () => {
  const definition = parseLine('hawser inspect --pid 4711 --yes')
  expect(definition).toEqual({ kind: 'program', name: 'process 4711', pid: 4711, yes: true })
  expect(toLine(definition)).toBe('hawser inspect --pid 4711')
})
