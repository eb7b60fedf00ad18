import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { ROOT, runNode } from './support/programs.js'

const entry = join(ROOT, 'test/simulate/dist/run.js')
const seed = '21'
/** The storm is one of the others with more clients. */
const chosen = ['echo', 'pool', 'backplane', 'relay', 'in-order', 'over-tls', 'drain']
/** Not even a test that hangs keeps the cores for longer. */
const mostLoad = 120_000

/** Keeps a core busy until it is told to stop. */
const busy = `
  const { workerData } = require('node:worker_threads')
  const stop = new Int32Array(workerData.stop)
  const end = Date.now() + workerData.most
  while (Atomics.load(stop, 0) === 0 && Date.now() < end) Math.sqrt(Math.random())
`

beforeAll(async () => {
  const built = await runNode(['node_modules/typescript-7/bin/tsc', '-b', 'test/simulate'])
  expect(built).toMatchObject({ code: 0, stdout: '' })
})

/** Each scenario with the hash of its course. */
async function courses(): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runNode([entry, '--seed', seed, ...chosen])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/: .*, hash /, ' '))
}

/** @returns ends it */
function load(threads: number): () => Promise<void> {
  const stop = new SharedArrayBuffer(4)
  const workerData = { stop, most: mostLoad }
  const workers = Array.from(
    { length: threads },
    () => new Worker(busy, { eval: true, workerData }),
  )
  return async () => {
    Atomics.store(new Int32Array(stop), 0, 1)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

it('takes the same course on a machine whose cores are busy', async () => {
  const quiet = await courses()
  expect(quiet).toHaveLength(chosen.length)
  expect(new Set(quiet).size).toBe(chosen.length)
  const end = load(2)
  onTestFinished(end)
  expect(await courses()).toEqual(quiet)
  await end()
})
