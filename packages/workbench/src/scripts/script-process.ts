import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { describeThrown } from './describe-thrown.js'
import { limitMemory } from './memory-limit.js'
import { type FromScript, mostMemory, type ToScript } from './script-act.js'
import type { ScriptCode } from './script-code.js'

// A process for the thread of one script. A heap that is full ends the thread, or the whole process: V8 aborts it when one
// thing alone is too large, such as an array that only grows. So the thread is not in that of the workbench. This half
// always runs, whatever the script does: it hears when the workbench is gone.

function say(said: FromScript): void {
  try {
    // Who is gone is told nothing.
    process.send?.(said, undefined, undefined, () => undefined)
  } catch {
    say({ failed: 'it said what cannot be read' })
  }
}

function begin(code: ScriptCode): Worker {
  const worker = new Worker(new URL('script-program.js', import.meta.url), {
    workerData: code,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: mostMemory, maxYoungGenerationSizeMb: 16 },
  })
  // What V8 says when it aborts goes to the other stream, which nothing reads.
  worker.stdout.pipe(process.stdout, { end: false })
  worker.stderr.pipe(process.stdout, { end: false })
  worker.on('message', (said: FromScript) => say(said))
  worker.on('messageerror', () => say({ failed: 'it said what cannot be read' }))
  worker.on('error', (error: unknown) => say({ failed: describeThrown(error) }))
  worker.on('exit', (how) => say({ failed: `it ended its thread, with exit code ${how}` }))
  return worker
}

limitMemory((failed) => say({ failed }))
let worker: Worker | undefined
process.on('message', (said: ToScript) => {
  if ('code' in said) {
    worker = begin(said.code)
    return
  }
  // A piece of a large buffer would be handed on with all of it.
  const own = 'gone' in said ? said : { ...said, message: new Uint8Array(said.message) }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker?.postMessage(own)
})
process.on('disconnect', () => process.exit())
// A terminal sends them to all processes in it: the workbench decides when this one ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
