import type { LogRow } from 'hawser/log'
import type { ScanSink } from './scan.js'
import type { FromScan, ScanTask } from './scan-messages.js'
import type { ScanThread, Searched } from './scan-thread.js'

/** As often is a search begun anew whose thread has ended, it is not known why. */
const mostAnew = 3

/** Who hears of a search. */
export interface SearchSink extends ScanSink {
  /** It is begun anew: rows have to be handed over from the first one on. */
  anew?(): void
}

/** A search on the side of the workbench, whichever thread works on it. */
export class Search implements Searched {
  readonly number: number
  readonly task: ScanTask
  thread: ScanThread | undefined
  hasFailed = false
  readonly #sink: SearchSink
  /** The row behind the last one that it may look at, and that which it looks at next. */
  #wanted: number
  #next: number
  #hasBegun = false
  #anew = 0

  constructor(number: number, task: ScanTask, sink: SearchSink) {
    this.number = number
    this.task = task
    this.#sink = sink
    this.#wanted = task.from
    this.#next = task.from
  }

  get isBehind(): boolean {
    return this.#hasBegun && this.#next < this.#wanted
  }

  /** Where it is. */
  get next(): number {
    return this.#next
  }

  beginIn(thread: ScanThread): void {
    this.thread = thread
    thread.add(this)
    if (this.task.path !== undefined && this.#wanted > this.task.from) this.grown(this.#wanted)
  }

  /** @param why its thread ended, if that may be its own fault: it fails when that happens again and again */
  beginAnew(choose: () => ScanThread, why: string | undefined): void {
    if (why !== undefined && ++this.#anew > mostAnew) {
      this.fail(why)
      return
    }
    this.#hasBegun = false
    this.#next = this.task.from
    this.beginIn(choose())
    this.#sink.anew?.()
  }

  /** The log has grown up to this row. */
  grown(next: number): void {
    this.#wanted = next
    this.thread?.say({ search: this.number, grown: next })
  }

  /** Rows to look at, where it does not read them. */
  hand(rows: readonly LogRow[], next: number): void {
    this.#wanted = next
    this.thread?.say({ search: this.number, rows, next })
  }

  take(said: Exclude<FromScan, { readonly lives: true }>): void {
    if ('error' in said) {
      this.fail(said.error)
      return
    }
    this.#hasBegun = true
    this.#next = said.next
    this.#sink.scanned(said)
  }

  fail(why: string): void {
    this.hasFailed = true
    this.#sink.failed(why)
  }
}
