import { Search, type SearchSink } from './search.js'
import { patience, ScanThread } from './scan-thread.js'
import type { ScanTask } from './scan-messages.js'

/** Threads that search, however many views and pages there are: each takes 30 MB and more. */
const mostThreads = 2

/** The threads of a workbench that search. Each works on several searches in turn, and ends with the last of them. */
export class ScanPool {
  readonly #threads = new Set<ScanThread>()
  readonly #searches = new Set<Search>()
  #lastNumber = 0

  begin(task: ScanTask, sink: SearchSink): Search {
    const search = new Search((this.#lastNumber += 1), task, sink)
    this.#searches.add(search)
    search.beginIn(this.#choose())
    return search
  }

  /** What a view gave up is not looked for any more. */
  end(search: Search): void {
    if (!this.#searches.delete(search)) return
    const { thread, number } = search
    thread?.remove(number)
    if (thread?.searches === 0 && this.#threads.delete(thread)) thread.close()
  }

  close(): void {
    for (const thread of this.#threads) thread.close()
    this.#threads.clear()
    this.#searches.clear()
  }

  /** One that does nothing yet, or the one with the fewest searches. */
  #choose(): ScanThread {
    const [least] = [...this.#threads].toSorted((a, b) => a.searches - b.searches)
    const isFull = this.#threads.size >= mostThreads
    if (least !== undefined && (isFull || least.searches === 0)) return least
    const thread = new ScanThread((culprit, why) => this.#ended(thread, culprit, why))
    this.#threads.add(thread)
    return thread
  }

  /** The others are begun anew in another one: what they have found already stays. */
  #ended(thread: ScanThread, number: number, why: string | undefined): void {
    this.#threads.delete(thread)
    const searches = [...this.#searches].filter((search) => search.thread === thread)
    const culprit = searches.find((search) => search.number === number)
    culprit?.fail(why ?? tooSlow(culprit))
    for (const search of searches) {
      // Meanwhile it may have been given up.
      if (search.hasFailed || !this.#searches.has(search)) continue
      search.beginAnew(() => this.#choose(), culprit === undefined ? why : undefined)
    }
  }
}

function tooSlow({ next, task }: Search): string {
  const what = task.path === undefined ? `message ${next} and those behind it` : `row ${next}`
  return `looking at ${what} takes longer than ${patience} ms: use a simpler expression`
}
