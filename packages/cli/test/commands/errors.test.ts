import { createServer } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { Command } from '../support/command.js'
import { runRefused } from '../support/run-refused.js'

async function takenPort(): Promise<number> {
  const server = createServer(() => {})
  await server.listen('127.0.0.1:0')
  onTestFinished(() => server.close({ drain: 0 }).then(() => {}))
  return (server.address() as { port: number }).port
}

async function fail(...words: string[]): Promise<{ code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await Command.hawser(words, { stdin: 'ignore' }).ended
  expect(stdout).toBe('')
  return { code, stderr }
}

it.each([
  [['serve', '--jsno'], /unknown option --jsno: did you mean --json\?/],
  [['srve'], /unknown command srve: did you mean serve\?/],
  [['serve', '65536'], /a port is a whole number, 0–65535, and this is 65536/],
  [['connect', '-1'], /unknown option -1: see hawser connect --help/],
  [['connect', 'host:99999'], /a port is a whole number, 0–65535/],
  [['connect', 'ftp://host:1'], /Hawser does not know the scheme ftp: /],
  [['serve', 'unix:'], /a Unix socket needs a path/],
  [
    ['serve', '--framing', 'morse'],
    /character 1: there is no framing "morse": there are lines, raw/,
  ],
  [['serve', '--idle', 'soon'], /--idle is a time, not "soon": write 500ms/],
  [['serve', '--nats', 'n:4222'], /--nats relays what clients say: add --chat/],
  [['serve', '--chat', '--nats', 'http://user:secret@n'], /--nats has one that is no address/],
  [['serve', '--chat', '--nats-creds', 'f'], /--nats-creds is for --nats: say where NATS is/],
  [['connect'], /missing required argument endpoint: see hawser connect --help/],
])('%j is one line on stderr and exit code 2', async (words, expected) => {
  const { code, stdout, stderr } = await runRefused(words)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^hawser: .+: .+\n$/)
  expect(stderr).toMatch(expected)
  expect(code).toBe(2)
})

it('a host that does not resolve is one line and exit code 1', async () => {
  const { code, stderr } = await fail('connect', 'no-such-host.invalid:80')
  expect(stderr).toMatch(/^hawser: .*no-such-host\.invalid:80.*does not resolve.*: .+\n$/)
  expect(code).toBe(1)
})

it('a refused connection is one line and exit code 1', async () => {
  const { code, stderr } = await fail('connect', '1')
  expect(stderr).toMatch(/^hawser: .*localhost:1.*nothing listens there: .+\n$/)
  expect(code).toBe(1)
})

it('a port in use is one line and exit code 1', async () => {
  const port = await takenPort()
  const { code, stderr } = await fail('serve', String(port))
  expect(stderr).toMatch(new RegExp(`^hawser: .*127\\.0\\.0\\.1:${port}.*: .+\n$`))
  expect(code).toBe(1)
})

it('an address that is not ours is one line and exit code 1', async () => {
  const { code, stderr } = await fail('serve', '192.0.2.1:0')
  expect(stderr).toMatch(/^hawser: .*does not belong to this machine: .+\n$/)
  expect(code).toBe(1)
})

it('a stack trace is for those who ask for it', async () => {
  const words = ['connect', '1']
  const plain = await Command.hawser(words, { stdin: 'ignore' }).ended
  const debug = await Command.hawser(words, { stdin: 'ignore', env: { HAWSER_DEBUG: '1' } }).ended
  expect(plain.stderr).not.toMatch(/^ +at /m)
  expect(debug.stderr).toMatch(/^ +at /m)
})

it('a bug of our own is one line too', async () => {
  // A preloaded script plays the bug: it breaks a function that the command needs.
  const bug = 'data:text/javascript,Date.prototype.toISOString=()=>{throw(new(TypeError)("boom"))}'
  const { code, stderr } = await Command.hawser(['serve', '0', '--json'], {
    env: { NODE_OPTIONS: `--import ${bug}` },
  }).ended
  expect(stderr).toMatch(/^hawser: this is a bug in hawser: .*boom.*: set HAWSER_DEBUG=1 .*\n$/)
  expect(code).toBe(1)
})
