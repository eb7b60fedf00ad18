import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Push } from '../../src/protocol/replies.js'
import type { Backend } from '../backend/backend.js'
import { EventFeed, type FedEvent } from './event-feed.js'

type ViewPush = Extract<Push, { readonly push: 'view' }>

/** A bookmark, or a note on a row. */
export interface Mark {
  /** The row of the log that it is about. */
  readonly row: number
  readonly kind: 'bookmark' | 'note'
  /** What the note says. */
  readonly text: string
  /** When it was made: milliseconds since 1970. */
  readonly time: number
}

/** What an event says of a row. */
interface Said extends Mark {
  readonly isOff: boolean
  /** The path of the file that the row is of; undefined for the log it stands in. */
  readonly file: string | undefined
}

/** Events that are read of a log: of more, the last ones. */
const mostRead = 2_000

/** Bookmarks and notes of the log that is shown. They are events of the log: it is looked through when they are first needed. */
export class Marks {
  readonly here: ReadonlySignal<readonly Mark[]>
  /** The rows that have a bookmark. */
  readonly bookmarked: ReadonlySignal<ReadonlySet<number>> = computed(() =>
    bookmarkedOf(this.here.value),
  )
  readonly isUsed = signal(false)
  /** What the log of the workbench says, and what the file says that is shown. */
  readonly #said = { own: signal<readonly Said[]>([]), file: signal<readonly Said[]>([]) }
  readonly #feeds: { readonly own: EventFeed; readonly file: EventFeed }
  readonly #log: ReadonlySignal<number>
  #openFile = 0

  /**
   * @param log the log that is shown: 0 for that of the workbench
   * @param path the path of its file, where it is one that was opened
   */
  constructor(
    backend: Backend,
    log: ReadonlySignal<number>,
    path: ReadonlySignal<string | undefined>,
  ) {
    this.#log = log
    this.#feeds = { own: this.#feed(backend, 'own'), file: this.#feed(backend, 'file') }
    this.here = computed(() => {
      const file = log.value === 0 ? undefined : path.value
      const ofFile = file === undefined ? [] : this.#said.file.value
      return conclude([...ofFile, ...this.#ownOf(file)])
    })
  }

  /** From now on they are known. */
  use(): void {
    if (!this.isUsed.value) {
      this.isUsed.value = true
      this.reopen()
    } else if (this.#log.value !== this.#openFile) this.#openOfFile()
  }

  /** The connection is there again, or another log is shown. */
  reopen(): void {
    if (!this.isUsed.value) return
    this.#feeds.own.open(0)
    this.#openOfFile()
  }

  /** Fulfils when all are known that there were when the log was opened. */
  async whenRead(): Promise<void> {
    await Promise.all([this.#feeds.own.isRead, this.#feeds.file.isRead])
  }

  /** The rows of a log that have a bookmark; undefined for a file that is not shown any more. */
  bookmarkedIn(log: number): ReadonlySet<number> | undefined {
    if (log === this.#log.value) return this.bookmarked.value
    return log === 0 ? bookmarkedOf(conclude(this.#ownOf(undefined))) : undefined
  }

  /** @returns whether it was about them */
  take(push: ViewPush): boolean {
    return this.#feeds.own.take(push) || this.#feeds.file.take(push)
  }

  /** What the log of the workbench says of a file, or of itself. */
  #ownOf(file: string | undefined): readonly Said[] {
    return this.#said.own.value.filter((said) => said.file === file)
  }

  #openOfFile(): void {
    const { value: log } = this.#log
    this.#openFile = log
    if (log === 0) this.#feeds.file.close()
    else this.#feeds.file.open(log)
  }

  #feed(backend: Backend, which: 'own' | 'file'): EventFeed {
    const said = this.#said[which]
    return new EventFeed(backend, {
      ...{ names: ['bookmark', 'note'], most: mostRead },
      onBegin: () => (said.value = []),
      onEvents: (events) => {
        said.value = [...said.value, ...events.flatMap(toSaid)].slice(-mostRead)
      },
    })
  }
}

function toSaid({ row: { time }, event }: FedEvent): Said[] {
  const { event: kind, row, text, off, file } = event
  if (typeof row !== 'number' || (kind !== 'bookmark' && kind !== 'note')) return []
  const about: Said = {
    ...{ row, kind, time, isOff: off === true },
    text: typeof text === 'string' ? text : '',
    file: typeof file === 'string' ? file : undefined,
  }
  return [about]
}

function bookmarkedOf(marks: readonly Mark[]): ReadonlySet<number> {
  return new Set(marks.filter(({ kind }) => kind === 'bookmark').map(({ row }) => row))
}

/** What is left of them in the end, in the order of the rows. */
function conclude(said: readonly Said[]): readonly Mark[] {
  const bookmarks = new Map<number, Mark>()
  const notes: Mark[] = []
  for (const each of said) {
    if (each.kind === 'note') notes.push(each)
    else if (each.isOff) bookmarks.delete(each.row)
    else bookmarks.set(each.row, each)
  }
  return [...bookmarks.values(), ...notes].toSorted(
    (one, other) => one.row - other.row || one.time - other.time,
  )
}
