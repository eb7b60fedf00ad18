import { once } from 'node:events'
import type { WorkerExit } from 'hawser/workers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { startTestWorkers } from './support/workers.js'

forbidStrayErrors()

const failure = new Error('a bug in the callback')

const ways: [string, () => Promise<void>][] = [
  [
    'throws',
    () => {
      throw failure
    },
  ],
  ['rejects', () => Promise.reject(failure)],
]

function noteWarnings(): Error[] {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return warnings
}

describe.each(ways)('a listener of the primary that %s', (_way, fail) => {
  it('is a warning, and the workers go on and end', async () => {
    const warnings = noteWarnings()
    const workers = await startTestWorkers({ count: 1 })
    const listener = fail as () => void
    // In front of the one that throws: as in Node.js, those behind it are not called.
    const again = once(workers, 'listening')
    workers.once('exit', listener)
    workers.once('listening', listener)
    workers.once('close', listener)
    const [worker] = workers.info().workers
    process.kill(worker?.pid ?? 0, 'SIGKILL')
    await again
    await workers.close({ drain: 0 })
    while (warnings.length < 3) await new Promise(setImmediate)
    expect(warnings).toEqual([failure, failure, failure])
  })

  it('is a warning when a worker crashes over and over as well', async () => {
    const warnings = noteWarnings()
    const env: Record<string, string> = {}
    const workers = await startTestWorkers({ count: 1, env, backoff: { initial: 1, max: 1 } })
    env['NODE_OPTIONS'] = '--import=data:text/javascript,process.exit(3)'
    const listener = fail as () => void
    workers.once('crashLoop', listener)
    process.kill(workers.info().workers[0]?.pid ?? 0, 'SIGKILL')
    while (warnings.length === 0) await once(workers, 'exit')
    await workers.close({ drain: 0 })
    expect(warnings).toEqual([failure])
  })
})

describe.each(ways)('output that %s', (_way, output) => {
  it('is a warning, once for each stream, and nothing ends', async () => {
    const warnings = noteWarnings()
    const workers = await startTestWorkers({
      count: 1,
      output,
      execArgv: [
        '--import',
        'data:text/javascript,console.log("a");setTimeout(()=>console.log("b"))',
      ],
    })
    while (warnings.length === 0) await new Promise(setImmediate)
    await workers.close({ drain: 0 })
    expect(warnings).toEqual([failure])
  })
})

it('a reload with a new version that does not start is no unhandled rejection', async () => {
  const env: Record<string, string> = {}
  const workers = await startTestWorkers({ count: 1, env })
  env['NODE_OPTIONS'] = '--import=data:text/javascript,process.exit(3)'
  void workers.reload()
  await once(workers, 'exit')
  await expect(workers.reload()).rejects.toMatchObject({ code: 'HAWSER_WORKER_FAILED' })
  await workers.close({ drain: 0 })
})

it.each(['throws', 'rejects'])(
  'leave that %s ends its worker with an error that is told',
  async (way) => {
    const workers = await startTestWorkers({ count: 1, env: { LEAVE: way } })
    const gone = once(workers, 'exit')
    await workers.close({ drain: 0 })
    const [exit] = (await gone) as [WorkerExit]
    expect(exit).toMatchObject({ code: 1, failure: { message: 'a bug in leave' } })
  },
)
