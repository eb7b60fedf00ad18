import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command, type Outcome } from '../../support/command.js'

const talk = fileURLToPath(new URL('support/talk.cjs', import.meta.url))

/** Inspect the program that talks, with these flags and words. */
async function inspect(flags: readonly string[], ...words: string[]): Promise<Outcome> {
  return Command.hawser(['inspect', ...flags, '--', process.execPath, talk, ...words]).ended
}

it('shows what a program says, and is otherwise the program', async () => {
  const { code, stdout, stderr } = await inspect([], 'hello')
  expect(code).toBe(3)
  expect(stdout).toBe('HELLO\n')
  // Not in an order: two sockets of one program.
  for (const line of [
    /process talk\.cjs \d+, Node\.js v\d/,
    /@\d accepted 127\.0\.0\.1:\d+ at :\d+, talk\.cjs \d+/,
    /@\d connected 127\.0\.0\.1:\d+, talk\.cjs \d+/,
    /@\d in 6 B hello\\n/,
    /@\d out 6 B HELLO\\n/,
    /@\d closed by the peer, 6 B in, 6 B out/,
    /@\d closed by the program, 6 B in, 6 B out \(0 open\)/,
    /^a complaint$/m,
    /^seen: 2 connections of 1 thread, 12 B in, 12 B out\n$/m,
  ]) {
    expect(stderr).toMatch(line)
  }
})

it('shows it as JSON in a file, and leaves the terminal to the program', async () => {
  const file = join(createFolder(), 'seen.jsonl')
  const outcome = await inspect(['--json', '--output', file], 'hello')
  expect(outcome).toMatchObject({ code: 3, stdout: 'HELLO\n', stderr: 'a complaint\n' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const events = lines.map((line): Record<string, string> => JSON.parse(line))
  const opened = events.filter(({ event }) => event === 'opened')
  expect(opened.map(({ how, program }) => `${how} ${program}`).toSorted()).toEqual([
    'accepted talk.cjs',
    'connected talk.cjs',
  ])
  const said = events.filter(({ event }) => event === 'message')
  expect(said.map(({ text, direction }) => `${direction} ${text}`).toSorted()).toEqual([
    'in HELLO\n',
    'in hello\n',
    'out HELLO\n',
    'out hello\n',
  ])
})

it('shows those connections and messages that are asked for', async () => {
  const { stderr } = await inspect(
    ['--only', 'role=connect', '--grep', 'W[OR]+L'],
    'hello',
    'world',
  )
  expect(stderr).toMatch(/@1 connected/)
  expect(stderr).toMatch(/@1 in 6 B WORLD/)
  expect(stderr).not.toMatch(/hello|HELLO|world|accepted/)
  expect(stderr).toMatch(/seen: 1 connection /)
})

it('--quiet shows the sum', async () => {
  const { stderr } = await inspect(['-q'], 'hello')
  expect(stderr).toBe('a complaint\nseen: 2 connections of 1 thread, 12 B in, 12 B out\n')
})

it('masks secrets on the screen and in the log, which hawser log shows with its program', async () => {
  const file = join(createFolder(), 'app.hawser')
  const flags = ['--mask', String.raw`(?:pin|PIN)=(\w{1,20})`, '--log', file]
  const { stderr } = await inspect(flags, 'pin=hunter')
  expect(stderr).toMatch(/11 B pin=\*{6}\\n/)
  expect(stderr).not.toMatch(/hunter/i)
  const log = await Command.hawser(['log', file]).ended
  expect(log.stdout).toMatch(/source +.*source=1 program="talk.cjs" pid=\d+/)
  expect(log.stdout).toMatch(
    /@1 +open .*side="(?:client|server)" role="(?:accept|connect)" program="talk.cjs" pid=\d+/,
  )
  expect(log.stdout).toMatch(/11 B \(changed\) +pin=\*{6}/)
  expect(log.stdout).toMatch(/closed? +by the peer, 11 B in, 11 B out/)
  expect(log.stdout).not.toMatch(/hunter/i)
})

it('hawser record writes the log alone, and hawser replay plays it', async () => {
  const file = join(createFolder(), 'app.hawser')
  const command = ['--', process.execPath, talk, 'hello', 'world']
  const recorded = await Command.hawser(['record', '-o', file, ...command]).ended
  expect(recorded).toMatchObject({ code: 3, stdout: 'HELLO\nWORLD\n' })
  expect(recorded.stderr).toBe('a complaint\nseen: 2 connections of 1 thread, 24 B in, 24 B out\n')
  const server = Command.hawser(['serve', '0', '--echo'])
  const port = await server.port()
  const replayed = await Command.hawser([
    'replay',
    file,
    '--to',
    String(port),
    '--expect',
    'length',
  ]).ended
  expect(replayed.code).toBe(0)
})

it.each([
  [['inspect', '--', 'no-such-command-here'], /there is no command no-such-command-here: write/],
  [['inspect', '--', '/'], /\/ cannot be run: write/],
  [['inspect', '--output', '/no/such/file', '--', 'node'], /cannot write \/no\/such\/file/],
])('%s is refused', async (words, message) => {
  const { code, stdout, stderr } = await Command.hawser(words).ended
  expect(stderr).toMatch(message)
  expect(stderr.split('\n')).toHaveLength(2)
  expect([code === 0, stdout]).toEqual([false, ''])
})

it('says that nothing has reported, where it is no Node.js program', async () => {
  const { code, stderr } = await Command.hawser(['inspect', '--', 'sh', '-c', 'exit 5']).ended
  expect(code).toBe(5)
  expect(stderr).toMatch(/no Node\.js program has reported: sh is none, replaces NODE_OPTIONS/)
})

it('its folder is gone when the program has ended, whatever ended it', async () => {
  const folder = createFolder()
  const script = `
    const { HAWSER_INSPECT } = process.env
    console.log(HAWSER_INSPECT)
    process.kill(process.pid, 'SIGKILL')`
  const command = Command.hawser(['inspect', '-q', '--', process.execPath, '-e', script], {
    env: { TMPDIR: folder },
  })
  const { code, stdout } = await command.ended
  expect(code).toBe(137)
  expect(stdout.startsWith(join(folder, 'hawser-inspect-'))).toBe(true)
  expect(() => statSync(stdout.trim())).toThrow(/ENOENT/)
  expect(() => statSync(join(stdout.trim(), '..'))).toThrow(/ENOENT/)
})

it('SIGTERM reaches the program, and its exit code comes back', async () => {
  const script = `
    process.on('SIGTERM', () => process.exit(9))
    setInterval(() => {}, 1e6)
    console.log('ready')`
  const command = Command.hawser(['inspect', '-q', '--', process.execPath, '-e', script])
  await command.prints(/ready/)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(9)
})

it('the output of the program waits for its reader as it does without', async () => {
  // A pipe that does not block would make cat and the like fail.
  const script = String.raw`for fd in 1 2; do grep flags: /proc/self/fdinfo/$fd; done`
  const { stdout } = await Command.hawser(['inspect', '-q', '--', 'sh', '-c', script]).ended
  const flags = [...stdout.matchAll(/flags:\s+([0-7]+)/g)].map(([, octal = '']) =>
    Number.parseInt(octal, 8),
  )
  expect(flags).toHaveLength(2)
  for (const each of flags) expect(each & 0o4000).toBe(0)
})
