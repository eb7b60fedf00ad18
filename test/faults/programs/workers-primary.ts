import { startWorkers, type WorkerExit } from 'hawser/workers'
import { answerRequests } from '../support/answering.js'

/** The primary of a few workers; what they are is in `worker.ts`. */
const exits: WorkerExit[] = []
const workers = await startWorkers({
  script: new URL('./worker.js', import.meta.url),
  count: Number(process.argv[2]),
  backoff: { initial: 50, max: 500 },
})
workers.on('exit', (exit) => exits.push(exit))

answerRequests(
  {
    info: () => workers.info(),
    exits: () => exits,
    reload: () => workers.reload(),
    async close() {
      await workers.close({ drain: 5_000 })
    },
  },
  workers.info().addresses[0],
)
