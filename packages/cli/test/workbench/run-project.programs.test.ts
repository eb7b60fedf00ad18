import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { Command } from '../support/command.js'
import { runRefused } from '../support/run-refused.js'

const server = { name: 'echo', listen: 'unix:e.sock', respond: 'echo', framing: 'lines' }
const client = { name: 'caller', connect: 'unix:e.sock', framing: 'lines' }
const ping = { name: 'ping', text: 'PING', to: 'caller', expect: { text: 'PING', within: 60_000 } }

function createProject(files: Readonly<Record<string, object>>): string {
  const all = { 'servers/e.json': server, 'clients/c.json': client, ...files }
  return createFolder(
    Object.fromEntries(Object.entries(all).map(([file, value]) => [file, JSON.stringify(value)])),
  )
}

it('a run whose expectations are met ends with 0, and says so', async () => {
  const folder = createProject({ 'messages/ping.json': ping })
  const { code, stdout, stderr } = await Command.hawser(['run', folder]).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^server echo on unix:\S+e\.sock\nclient caller connected to unix:\S+\nmessage ping: met after \d+ ms\nok: 1 of 1 expectations met, 2 connections, 10 bytes in, 10 out\n$/,
  )
})

it('one whose expectations are not met ends with 1, as objects too', async () => {
  const folder = createProject({
    'messages/ping.json': { ...ping, expect: { text: '\u001b[31mPONG', within: 10 } },
  })
  const spoken = await Command.hawser(['run', folder]).ended
  expect(spoken).toMatchObject({ code: 1, stderr: '' })
  expect(spoken.stdout).toMatch(/message ping: not met: [^\n]*10 ms\nfailed: 0 of 1 expectations/)
  expect(spoken.stdout).not.toContain('\u001b')
  const { code, stdout } = await Command.hawser(['run', folder, '--json']).ended
  expect(code).toBe(1)
  const lines = stdout.trim().split('\n')
  const events = lines.map((line) => JSON.parse(line) as { event: string; isOk?: boolean })
  expect(events.map(({ event }) => event)).toEqual(['started', 'started', 'outcome', 'summary'])
  expect(events.at(-1)).toMatchObject({ isOk: false, met: 0, expected: 1 })
})

it('code of the folder runs only with --trust, and what it prints is on stderr', async () => {
  const code = `console.log('loaded'); export default (message) => message + '!'`
  const folder = createProject({
    'servers/e.json': { ...server, script: 'shout.js' },
    'messages/ping.json': { ...ping, expect: { text: 'PING!', within: 60_000 } },
  })
  mkdirSync(join(folder, 'responders'))
  writeFileSync(join(folder, 'responders/shout.js'), code)
  const env = { XDG_STATE_HOME: createFolder() }
  const refused = await Command.hawser(['run', folder], { env }).ended
  expect(refused).toMatchObject({ code: 1, stderr: '' })
  expect(refused.stdout).toMatch(
    /echo could not start: responders\/shout\.js is code, and this folder/,
  )
  const trusted = await Command.hawser(['run', folder, '--trust', '--json'], { env }).ended
  expect(trusted.code).toBe(0)
  expect(trusted.stdout).toMatch(/"text":"echo: shout\.js: loaded"/)
  expect(readdirSync(env.XDG_STATE_HOME)).toEqual([])
})

it('Ctrl-C ends it in order: with the summary, and the log whole', async () => {
  const folder = createProject({})
  const log = join(createFolder(), 'run.hawser')
  const command = Command.hawser(['run', folder, '--log', log])
  await command.prints(/client caller connected/)
  command.kill('SIGINT')
  const { code, stdout } = await command.ended
  expect(code).toBe(0)
  expect(stdout).toMatch(/\nok: 2 connections, 0 bytes in, 0 out\n$/)
  expect(existsSync(join(folder, 'e.sock'))).toBe(false)
  expect(existsSync(`${log}.lock`)).toBe(false)
  expect(existsSync(log)).toBe(true)
})

it('files that are wrong, and folders that are not there, are one line without a trace', async () => {
  const folder = createProject({ 'messages/ping.json': { name: 'ping', txt: 'PING' } })
  const wrong = await Command.hawser(['run', folder]).ended
  expect(wrong).toMatchObject({ code: 1, stdout: '' })
  expect(wrong.stderr).toMatch(/^hawser: messages\/ping\.json txt: there is no such field[^\n]*\n$/)
  const none = await Command.hawser(['run', join(folder, 'none')]).ended
  expect(none).toMatchObject({ code: 1, stdout: '' })
  expect(none.stderr).toMatch(/^hawser: there is no folder [^\n]*\n$/)
})

it.each([
  [['run'], 'missing required argument folder'],
  [['run', '.', '--for', 'soon'], '--for is a time'],
  [['run', '.', '--nonsense'], '--nonsense'],
])('words that cannot work are refused: %j', async (words, message) => {
  const { code, stderr } = await runRefused(words)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

it('a client that connects again by itself is not said to be connected before it is', async () => {
  const expected = { text: 'never', within: 1 }
  const again = { name: 'again', connect: 'unix:none.sock', reconnect: true, expect: expected }
  const folder = createProject({ 'clients/a.json': again })
  const { code, stdout } = await Command.hawser(['run', folder]).ended
  expect(code).toBe(1)
  expect(stdout).toContain('client again is started, and not connected\n')
})
