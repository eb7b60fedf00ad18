import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { launch, type LaunchedProgram } from '../../src/index.js'
import { until } from '../../../../test/support/until.js'

/** Says what it was started with, by its exit code. */
const program = (script: string): [string, ...string[]] => [process.execPath, '-e', script]

async function start(script: string, isForeground = false): Promise<LaunchedProgram> {
  const launched = await launch({
    command: program(script),
    variables: { HAWSER_INSPECT: '/nowhere', HAWSER_INSPECT_OPTIONS: '{"http2":false}' },
    isForeground: () => isForeground,
    environment: { ...process.env, NODE_OPTIONS: '--no-warnings' },
  })
  onTestFinished(() => {
    try {
      process.kill(launched.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  })
  return launched
}

it('its exit code is passed on', async () => {
  const { ended } = await start('process.exit(7)')
  expect(await ended).toEqual({ exitCode: 7, signal: undefined })
})

it('a signal that ends it is an exit code as a shell has it', async () => {
  const { ended } = await start("process.kill(process.pid, 'SIGTERM')")
  expect(await ended).toEqual({ exitCode: 143, signal: 'SIGTERM' })
})

it('it has the variables of the inspection, and the options of its user', async () => {
  const { ended } = await start(`
    const { HAWSER_INSPECT, HAWSER_INSPECT_OPTIONS, NODE_OPTIONS } = process.env
    const hasAll = HAWSER_INSPECT === '/nowhere' && HAWSER_INSPECT_OPTIONS === '{"http2":false}'
    process.exit(hasAll && /^--require=.*tap\\.cjs --no-warnings$/.test(NODE_OPTIONS) ? 0 : 1)`)
  expect((await ended).exitCode).toBe(0)
})

it('a program that does not exist, or cannot be run, is an error of the system', async () => {
  const variables = {}
  const isForeground = (): boolean => false
  const none = launch({ command: ['no-such-program-here'], variables, isForeground })
  await expect(none).rejects.toMatchObject({ code: 'ENOENT' })
  const folder = launch({ command: ['/'], variables, isForeground })
  await expect(folder).rejects.toMatchObject({ code: 'EACCES' })
  expect(process.listenerCount('SIGTERM')).toBe(0)
})

it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR2'] as const)(
  '%s is passed on until it has ended',
  async (signal) => {
    const { ended } = await start('setInterval(() => {}, 1e6)')
    process.emit(signal, signal)
    expect(await ended).toMatchObject({ signal })
    expect(process.listenerCount(signal)).toBe(0)
  },
)

it('what a terminal sends to both is not passed on', async () => {
  const { pid, ended } = await start('setInterval(() => {}, 1e6)', true)
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const) process.emit(signal, signal)
  process.kill(pid, 'SIGTERM')
  expect(await ended).toMatchObject({ signal: 'SIGTERM' })
  await until(() => process.listenerCount('SIGINT') === 0)
})
