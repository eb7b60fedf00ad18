import { once } from 'node:events'
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
    workers.once('exit', listener)
    workers.once('close', listener)
    const [worker] = workers.info().workers
    process.kill(worker?.pid ?? 0, 'SIGKILL')
    await once(workers, 'listening')
    await workers.close({ drain: 0 })
    while (warnings.length < 2) await new Promise(setImmediate)
    expect(warnings).toEqual([failure, failure])
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
