import cluster from 'node:cluster'
import process from 'node:process'
import { AbortedError, OptionError, WorkerError } from '../../errors.js'
import { resolveWorkers, type WorkersOptions } from './workers-options.js'
import { makeWorkers, startAll, type Workers } from './workers.js'

/**
 * Start worker processes that all run the same program and listen at the same endpoints.
 *
 * The first is started alone, so that what is wrong with the program is said once.
 *
 * @returns fulfils when all of them listen
 * @throws OptionError when an option cannot work, and on Bun and Deno; WorkerError `HAWSER_NOT_PRIMARY` in a worker, and
 *   `HAWSER_WORKER_FAILED` when one of them does not start; then all are ended again
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  assertNode(process.versions)
  const resolved = resolveWorkers(options)
  if (!cluster.isPrimary) {
    throw new WorkerError(
      'HAWSER_NOT_PRIMARY',
      `process ${process.pid} is a worker, and a worker starts no workers: look at currentWorker() first, or keep the workers' program in a file of its own`,
    )
  }
  const { signal } = options
  const isAborted = (): boolean => signal?.aborted === true
  if (isAborted()) throw abortedError(signal)
  const workers = makeWorkers(resolved)
  const close = (): void => void workers.close()
  signal?.addEventListener('abort', close, { once: true })
  workers.once('close', () => signal?.removeEventListener('abort', close))
  try {
    await startAll(workers)
  } catch (error) {
    throw isAborted() ? abortedError(signal) : error
  }
  return workers
}

/** Others have parts of `node:cluster`, and not those that a reload without loss needs. */
function assertNode(versions: Readonly<Record<string, string | undefined>>): void {
  const other = ['bun', 'deno'].find((name) => versions[name] !== undefined)
  if (other === undefined) return
  throw new OptionError(
    'HAWSER_INVALID_OPTION',
    `workers need Node.js, and this is ${other} ${versions[other]}: serve with one process, or run it with Node.js`,
  )
}

function abortedError(signal: AbortSignal | undefined): AbortedError {
  const text =
    'the workers were not started: the signal passed to startWorkers fired before they listened'
  return new AbortedError('HAWSER_ABORTED', text, { op: 'listen', cause: signal?.reason })
}
