import type { EventEmitter } from 'node:events'
import { vi } from 'vitest'
import { run } from '../../src/run.js'

/** How the command ended. */
export interface Refusal {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Instead of the end of the process. */
class Exit extends Error {}

const emitters: readonly (readonly [EventEmitter, string])[] = [
  [process, 'uncaughtException'],
  [process, 'unhandledRejection'],
  [process.stdout, 'error'],
  [process.stderr, 'error'],
]

/**
 * What the command says to words that it refuses. It runs in the process of the test: a process of its
 * own would take 0.1 s of processor time to say the same line.
 */
export async function runRefused(words: readonly string[]): Promise<Refusal> {
  const listeners = emitters.map(([emitter, event]) => emitter.listeners(event))
  let code: number | undefined
  const text = { stdout: '', stderr: '' }
  const mocks = [
    vi.spyOn(process, 'exit').mockImplementation((status) => {
      code ??= Number(status ?? process.exitCode ?? 0)
      throw new Exit()
    }),
    ...(['stdout', 'stderr'] as const).map((stream) =>
      vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
        // A process that has exited says nothing more.
        if (code === undefined) text[stream] += String(chunk)
        return true
      }),
    ),
  ]
  try {
    await run(words, '0.0.0')
  } catch (error) {
    if (!(error instanceof Exit)) throw error
  } finally {
    for (const mock of mocks) mock.mockRestore()
    for (const [index, [emitter, event]] of emitters.entries()) {
      for (const listener of emitter.listeners(event)) {
        if (!listeners[index]?.includes(listener)) {
          emitter.off(event, listener as () => void)
        }
      }
    }
  }
  return { code, ...text }
}
