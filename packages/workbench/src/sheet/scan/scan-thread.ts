import { Worker } from 'node:worker_threads'
import type { FromScan, ScanTask, ScanThreadData, ToScan } from './scan-messages.js'

/** Milliseconds between two looks whether a thread that has rows to look at says anything. */
const interval = 1_000
/**
 * Looks in a row without a word: a regular expression may take for ever. They are counted and not the time: a machine
 * that slept for hours finds its searches where they were.
 */
const mostMissed = 5
/** The milliseconds that this makes. */
export const patience: number = mostMissed * interval
/** Megabytes of its heap. */
const mostMemory = 256
/** The compiled file, from the sources as well: a thread cannot be begun with TypeScript. */
const program = new URL('../../../dist/sheet/scan/scan-program.js', import.meta.url)

/** A search, as its thread sees it. */
export interface Searched {
  readonly number: number
  readonly task: ScanTask
  /** Whether it has begun, and has rows to look at: a busy machine may take long to begin a thread. */
  readonly isBehind: boolean
  take(said: Exclude<FromScan, { readonly lives: true }>): void
}

/** A thread that works on several searches in turn. */
export class ScanThread {
  readonly #searches = new Map<number, Searched>()
  readonly #worker: Worker
  readonly #current = new Int32Array(new SharedArrayBuffer(4))
  readonly #timer: NodeJS.Timeout
  readonly #ended: (culprit: number, why: string | undefined) => void
  #missed = 0
  #isOver = false

  /** @param ended called when it is over, with the number of the search that it was at, and why if that is said */
  constructor(ended: (culprit: number, why: string | undefined) => void) {
    this.#ended = ended
    const workerData: ScanThreadData = { current: this.#current.buffer }
    this.#worker = new Worker(program, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: mostMemory },
    })
    this.#worker.on('message', (said: FromScan) => this.#take(said))
    this.#worker.on('error', (error: Error) => this.#end(error.message))
    this.#worker.on('exit', () => this.#end('the thread that searches has ended'))
    this.#worker.unref()
    this.#timer = setInterval(() => this.#look(), interval).unref()
  }

  /** How many it has. */
  get searches(): number {
    return this.#searches.size
  }

  add(search: Searched): void {
    this.#searches.set(search.number, search)
    this.say({ search: search.number, begin: search.task })
  }

  /** It may be in the middle of it: then it goes on to the end of a few rows. */
  remove(number: number): void {
    this.#searches.delete(number)
    this.say({ search: number, end: true })
  }

  say(said: ToScan): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    if (!this.#isOver) this.#worker.postMessage(said)
  }

  close(): void {
    this.#isOver = true
    clearInterval(this.#timer)
    void this.#worker.terminate()
  }

  #take(said: FromScan): void {
    if (this.#isOver) return
    this.#missed = 0
    if ('lives' in said) return
    const search = this.#searches.get(said.search)
    if ('error' in said) this.#searches.delete(said.search)
    search?.take(said)
  }

  #look(): void {
    const isBehind = [...this.#searches.values()].some((search) => search.isBehind)
    this.#missed = isBehind ? this.#missed + 1 : 0
    if (this.#missed > mostMissed) this.#end()
  }

  #end(why?: string): void {
    if (this.#isOver) return
    this.close()
    this.#ended(Atomics.load(this.#current, 0), why)
  }
}
