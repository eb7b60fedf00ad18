import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Push } from '../../src/protocol/replies.js'
import type { Backend } from '../backend/backend.js'
import { decodeEvent } from '../backend/decode-event.js'

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
const together = 128
/** Numbers of views that no sheet has. */
const views = { own: 1_000_000_001, file: 1_000_000_002 } as const

/** Bookmarks and notes of the log that is shown. They are events of the log: it is looked through when they are first needed. */
export class Marks {
  readonly here: ReadonlySignal<readonly Mark[]>
  /** The rows that have a bookmark. */
  readonly bookmarked: ReadonlySignal<ReadonlySet<number>> = computed(
    () => new Set(this.here.value.filter(({ kind }) => kind === 'bookmark').map(({ row }) => row)),
  )
  readonly isUsed = signal(false)
  readonly #backend: Backend
  /** What the log of the workbench says, and what the file says that is shown. */
  readonly #said = { own: signal<readonly Said[]>([]), file: signal<readonly Said[]>([]) }
  readonly #read = { own: 0, file: 0 }
  readonly #reading = { own: Promise.resolve(), file: Promise.resolve() }
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
    this.#backend = backend
    this.#log = log
    this.here = computed(() => {
      const file = log.value === 0 ? undefined : path.value
      const ofFile = file === undefined ? [] : this.#said.file.value
      return conclude([...ofFile, ...this.#said.own.value.filter((said) => said.file === file)])
    })
  }

  /** From now on they are known. */
  use(): void {
    if (!this.isUsed.value) {
      this.isUsed.value = true
      this.reopen()
    } else if (this.#log.value !== this.#openFile) this.#open('file')
  }

  /** The connection is there again, or another log is shown. */
  reopen(): void {
    if (!this.isUsed.value) return
    this.#open('own')
    this.#open('file')
  }

  /** @returns whether it was about them */
  take({ view, rows }: ViewPush): boolean {
    const which = view === views.own ? 'own' : view === views.file ? 'file' : undefined
    if (which === undefined) return false
    this.#reading[which] = this.#reading[which]
      .then(() => this.#readNew(which, rows))
      .catch(() => undefined)
    return true
  }

  #open(which: 'own' | 'file'): void {
    this.#read[which] = 0
    this.#said[which].value = []
    const { value: log } = this.#log
    if (which === 'file') this.#openFile = log
    const filter = { events: ['bookmark', 'note'] }
    const asked =
      which === 'file' && log === 0
        ? this.#backend.ask('close-view', { view: views.file })
        : this.#backend.ask('open-view', {
            ...{ view: views[which], filter },
            ...(which === 'file' ? { log } : {}),
          })
    // A log that cannot be read says so in the sheet.
    asked.catch(() => undefined)
  }

  async #readNew(which: 'own' | 'file', rows: number): Promise<void> {
    let from = Math.max(this.#read[which], rows - mostRead)
    this.#read[which] = rows
    const found: Said[] = []
    while (from < rows) {
      const count = Math.min(together, rows - from)
      const read = await this.#backend.askRows('rows', { view: views[which], from, count })
      if (read.length === 0) break
      for (const { number, bytes, length, time } of read) {
        const whole = bytes.length < length ? await this.#bytesOf(which, number, length) : bytes
        const said = toSaid(decodeEvent(whole), time)
        if (said !== undefined) found.push(said)
      }
      from += read.length
    }
    if (found.length === 0) return
    this.#said[which].value = [...this.#said[which].value, ...found].slice(-mostRead)
  }

  async #bytesOf(which: 'own' | 'file', row: number, count: number): Promise<Uint8Array> {
    const asked = { view: views[which], row, from: 0, count }
    const [found] = await this.#backend.askRows('bytes', asked)
    return found?.bytes ?? new Uint8Array()
  }
}

function toSaid(
  event: Readonly<Record<string, unknown>> | undefined,
  time: number,
): Said | undefined {
  const { event: kind, row, text, off, file } = event ?? {}
  if (typeof row !== 'number' || (kind !== 'bookmark' && kind !== 'note')) return undefined
  return {
    ...{ row, kind, time, isOff: off === true },
    text: typeof text === 'string' ? text : '',
    file: typeof file === 'string' ? file : undefined,
  }
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
