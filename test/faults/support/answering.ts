import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Memory, Question } from './program.js'

/** What a program does when it is asked by this name. */
export type Request = (argument: never) => unknown

/**
 * Answer what the script asks; `first` is said unasked. When the script is gone, so is the program:
 * nothing outlives a run however that ended.
 */
export function answerRequests(requests: Readonly<Record<string, Request>>, first?: unknown): void {
  const all: Readonly<Record<string, Request>> = { cpu: readCpu, memory: readMemory, ...requests }
  process.on('message', (question: Question) => void answer(all, question))
  process.on('disconnect', () => process.exit(0))
  say({ id: 0, value: first ?? null })
}

async function answer(
  requests: Readonly<Record<string, Request>>,
  { id, name, argument }: Question,
): Promise<void> {
  try {
    const request = requests[name]
    if (request === undefined) throw new Error(`no such request: ${name}`)
    say({ id, value: (await request(argument as never)) ?? null })
  } catch (error) {
    say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

function say(reply: Answer): void {
  // A script that is gone has no use for it.
  if (process.connected) process.send?.(reply, () => {})
}

function readCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function readMemory(): Promise<Memory> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('memory is asked of a program started without --expose-gc')
  // Finalizers of the first collection free what only the next can see.
  for (let i = 0; i < 3; i += 1) {
    gc()
    await sleep(20)
  }
  // What came meanwhile, while others talk, is not held.
  gc()
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  return { heap: heapUsed, external, arrayBuffers, rss }
}
