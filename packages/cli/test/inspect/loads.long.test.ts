import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Bytes, type SeenThread, startInspection, tapPath } from '@hawser/inspect'
import { expect, it, onTestFinished } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'
import { Screen } from '../../src/inspect/show/screen.js'
import { Watcher } from '../../src/inspect/watch/watcher.js'

const MiB = 1_048_576

/** What the sockets of a program have counted themselves. */
interface Total extends Bytes {
  readonly connections: number
}

/** What the command makes of what it sees, but for its lines. */
class Counting extends Watcher {
  #left: number
  #onOver = (): void => undefined
  /** All connections of the program have closed, or are known to have been missed. */
  readonly over = new Promise<void>((resolve) => (this.#onOver = resolve))

  constructor(connections: number) {
    super(undefined, [new Screen(() => undefined, { isMasked: false, isHttp2Shown: false })])
    this.#left = connections
  }

  override close(...seen: Parameters<Watcher['close']>): void {
    super.close(...seen)
    this.#count(1)
  }

  override missed(thread: SeenThread, missed: Total): void {
    super.missed(thread, missed)
    this.#count(missed.connections)
  }

  #count(connections: number): void {
    this.#left -= connections
    if (this.#left === 0) this.#onOver()
  }
}

/** Watches a program of `programs/` until it has nothing more to say. */
async function watch(program: string, size: number, connections: number) {
  const handler = new Counting(connections)
  const inspection = await startInspection({ http2: false, handler })
  const child = spawn(process.execPath, [pathOf(program), String(size)], {
    env: { ...process.env, ...inspection.variables, NODE_OPTIONS: `--require=${tapPath()}` },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  await handler.over
  const memory = await usedMemory()
  child.stdin.end()
  expect(await ended).toEqual([0, null])
  await inspection.drain()
  await inspection.close()
  return { total: JSON.parse(line.toString()) as Total, sum: handler.end(), memory }
}

function pathOf(program: string): string {
  return fileURLToPath(new URL(`programs/${program}`, import.meta.url))
}

it.each([
  ['100,000 connections', 'visits.mjs', [500, 50_000]],
  ['a writer of 4 GB', 'writer.mjs', [4 * MiB, 4_096 * MiB]],
] as const)('counts all of %s, and keeps nothing of it', async (_, program, [few, many]) => {
  const connections = (size: number): number => (program === 'visits.mjs' ? 2 * size : 2)
  const before = await watch(program, few, connections(few))
  const resident = process.memoryUsage.rss()
  const { total, sum, memory } = await watch(program, many, connections(many))
  expect(total.connections).toBe(connections(many))
  expect(sum).toMatchObject({ ...total, open: 0 })
  // What is made at the first use is no message.
  expect(memory - before.memory).toBeLessThan(8 * MiB)
  expect(process.memoryUsage.rss() - resident).toBeLessThan(160 * MiB)
})
