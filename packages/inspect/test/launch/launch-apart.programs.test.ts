import { readFileSync } from 'node:fs'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { launchApart, type LaunchApartOptions, type ProgramApart } from '../../src/index.js'
import { until } from '../../../../test/support/until.js'

interface Started extends ProgramApart {
  readonly printed: { stdout: string; stderr: string }
}

async function start(
  script: string,
  options: Omit<LaunchApartOptions, 'command' | 'variables'> = {},
): Promise<Started> {
  const printed = { stdout: '', stderr: '' }
  const program = await launchApart({
    command: [process.execPath, '-e', script],
    variables: { HAWSER_INSPECT: '/nowhere', HAWSER_INSPECT_OPTIONS: '{"http2":false}' },
    printed: (stream, bytes) => void (printed[stream] += String(bytes)),
    ...options,
  })
  onTestFinished(() => program.end(0))
  return { ...program, printed }
}

/** A child that says its number, behind what it does first. */
const withChild = (first: string): string => `
  const { spawn } = require('node:child_process')
  const script = ${JSON.stringify(`${first}; console.log('child', process.pid); setInterval(() => {}, 1e6)`)}
  spawn(process.execPath, ['-e', script], { stdio: 'inherit' })`

/** Where the first process waits for none, what has ended is a zombie for ever. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

async function childOf({ printed }: Started): Promise<number> {
  await until(() => /child \d+\n/.test(printed.stdout))
  return Number(/child (\d+)/.exec(printed.stdout)?.[1])
}

it('what it prints arrives, and how it ends', async () => {
  const { ended, end, printed } = await start(
    "console.log('out'); console.error('err'); process.exitCode = 7",
  )
  expect(await ended).toEqual({ exitCode: 7, signal: undefined })
  await end(1_000)
  expect(printed).toEqual({ stdout: 'out\n', stderr: 'err\n' })
})

it('it has no input', async () => {
  const { ended } = await start(
    "process.stdin.on('data', () => {}).on('end', () => process.exit(3))",
  )
  expect(await ended).toMatchObject({ exitCode: 3 })
})

it('a signal that reaches this process is not passed on', async () => {
  const before = process.listenerCount('SIGTERM')
  const { end, ended } = await start('setInterval(() => {}, 1e6)')
  expect(process.listenerCount('SIGTERM')).toBe(before)
  await end(10_000)
  expect(await ended).toMatchObject({ signal: 'SIGTERM' })
})

it('its children end with it', async () => {
  const program = await start(withChild(''))
  const child = await childOf(program)
  await Promise.all([program.end(10_000), program.end(10_000)])
  expect(isAlive(child)).toBe(false)
  expect(isAlive(program.pid)).toBe(false)
})

it('what takes no SIGTERM is killed, also when its parent has ended', async () => {
  const program = await start(`${withChild("process.on('SIGTERM', () => {})")}.unref()`)
  const child = await childOf(program)
  await program.ended
  expect(isAlive(child)).toBe(true)
  await program.end(100)
  expect(isAlive(child)).toBe(false)
})

it('it is killed when this process exits, and so are all others', async () => {
  const before = new Set(process.listeners('exit'))
  const other = await start('setInterval(() => {}, 1e6)')
  const program = await start(withChild("process.on('SIGTERM', () => {})"))
  const child = await childOf(program)
  const added = process.listeners('exit').filter((listener) => !before.has(listener))
  expect(added).toHaveLength(1)
  for (const listener of added) listener(0)
  expect(await program.ended).toMatchObject({ signal: 'SIGKILL' })
  expect(await other.ended).toMatchObject({ signal: 'SIGKILL' })
  await Promise.all([program.end(1_000), other.end(1_000)])
  expect(isAlive(child)).toBe(false)
  expect(process.listeners('exit').filter((listener) => !before.has(listener))).toEqual([])
})

it('a program that does not exist is an error of the system, and leaves nothing', async () => {
  const before = process.listenerCount('exit')
  const none = launchApart({ command: ['no-such-program-here'], variables: {} })
  await expect(none).rejects.toMatchObject({ code: 'ENOENT' })
  expect(process.listenerCount('exit')).toBe(before)
})
