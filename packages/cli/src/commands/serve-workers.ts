import { currentWorker } from 'hawser/workers'
import type { ServeOptions } from '../serve/options.js'
import { ServePrimary } from '../serve/primary.js'
import { ServeWorker } from '../serve/worker.js'

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
