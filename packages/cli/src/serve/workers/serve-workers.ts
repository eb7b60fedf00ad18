import { currentWorker } from 'hawser/workers'
import type { ServeOptions } from '../options.js'
import { ServePrimary } from './primary.js'
import { ServeWorker } from './worker.js'

/**
 * Run a server in several processes until it is asked to stop. All of them run the same command line:
 * the first starts the others.
 *
 * @returns the exit code
 */
export function serveWorkers(options: ServeOptions): Promise<number> {
  const worker = currentWorker()
  if (worker === undefined) return new ServePrimary(options).run()
  return new ServeWorker(options, worker).run()
}
