import { createInterface } from 'node:readline'
import type { Inspection } from '@hawser/inspect'
import { exitOk, UsageError } from '../failure.js'
import { Interrupts, signalExitCodes } from '../input/interrupts.js'
import { attachTo } from './attach-to.js'
import type { InspectOptions } from './options.js'

/** What is asked of a process, and how. */
interface Watching {
  readonly options: Pick<InspectOptions, 'http2'>
  readonly target: Extract<InspectOptions['target'], { readonly kind: 'process' }>
  readonly inspection: Inspection
  readonly notice: (text: string) => void
}

/**
 * Watch a process that runs already, until it ends or Ctrl-C: it goes on then.
 *
 * @returns the exit code; rejects with AttachError where it cannot be watched, UsageError where it cannot be asked whether
 *   it may
 */
export async function watchProcess(watching: Watching): Promise<number> {
  const { options, target, inspection, notice } = watching
  const { pid, isSure } = target
  const interrupted = onInterrupt()
  const notes = await attachTo(inspection, {
    pid,
    http2: options.http2,
    confirm: (warning) => {
      if (!isSure) return ask(warning)
      notice(warning)
      return true
    },
  })
  for (const note of notes) notice(note)
  await Promise.race([interrupted, inspection.allEnded()])
  return exitOk
}

/** The first Ctrl-C ends the watching, the second all of it. */
function onInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    const interrupts = new Interrupts((count, signal) => {
      if (count === 1) resolve()
      else process.exit(signalExitCodes[signal])
    })
    interrupts.listen()
  })
}

/** @throws UsageError where nothing can be asked */
async function ask(warning: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(warning.replace(/\.$/, ''), 'pass --yes to say that it may')
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''))
      lines.question(`${warning}\nGo on? [y/N] `, resolve)
    })
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
