import { computed, effect, type ReadonlySignal } from '@preact/signals'
import type { SessionState } from '../../src/protocol/session-state.js'
import type { Backend } from '../backend/backend.js'
import { type Mark, Marks } from './marks.js'
import type { SheetStore } from './sheet-store.js'

/** What is looked at. */
interface Shown {
  readonly sheet: SheetStore
  readonly sessions: ReadonlySignal<readonly SessionState[]>
  readonly session: ReadonlySignal<SessionState | undefined>
}

/** What one remarks about rows: notes and bookmarks, and the way from one to the next. */
export class Remarks {
  readonly marks: Marks
  readonly #backend: Backend
  readonly #shown: Shown
  readonly #refused: (why: string) => void
  /** Bookmarks that were asked for, and that the log has not said yet. */
  readonly #toggled = new Map<string, { log: number; row: number; on: boolean }>()
  #last: Promise<unknown> = Promise.resolve()

  /** @param refused called with why something was not done */
  constructor(backend: Backend, shown: Shown, refused: (why: string) => void) {
    this.#backend = backend
    this.#shown = shown
    this.#refused = refused
    const { sheet, sessions } = shown
    const path = computed(() => pathOf(sessions.value, sheet.log.value))
    this.marks = new Marks(backend, sheet.log, path)
    effect(() => {
      if (sheet.log.value >= 0 && this.marks.isUsed.value) this.marks.use()
    })
    effect(() => {
      if (this.marks.here.value.length >= 0) this.#forgetToggled()
    })
  }

  /**
   * @param row of the view; the note is about the row of the log in which it ends
   * @returns whether it is noted
   */
  note(text: string, row: number): Promise<boolean> {
    const shown = this.#whatIsShown()
    return this.#try(async () => {
      const about = { row: await this.#shown.sheet.logRowOf(row), ...shown }
      await this.#backend.ask('note', { text, ...about })
    })
  }

  /** A bookmark on the row that is looked at, or none any more. */
  toggleBookmark(): Promise<void> {
    const { sheet } = this.#shown
    const { value: log } = sheet.log
    const shown = this.#whatIsShown()
    const lookedAt = sheet.lookedAt()
    lookedAt.catch(() => undefined)
    this.marks.use()
    return this.#afterOthers(async () => {
      const row = await lookedAt
      await this.marks.whenRead()
      const marked = this.marks.bookmarkedIn(log)
      if (row === undefined || marked === undefined) return
      const name = `${log} ${row}`
      const on = !(this.#toggled.get(name)?.on ?? marked.has(row))
      this.#toggled.set(name, { log, row, on })
      try {
        await this.#backend.ask('bookmark', { row, on, ...shown })
      } catch (error) {
        this.#toggled.delete(name)
        throw error
      }
    })
  }

  /** Show the row of a mark. */
  goTo({ row }: Mark): Promise<unknown> {
    return this.#try(() => this.#shown.sheet.goToLogRow(row))
  }

  /** The next row that has a mark, or the one before. */
  step(by: 1 | -1): Promise<void> {
    const { sheet } = this.#shown
    this.marks.use()
    return this.#afterOthers(async () => {
      await this.marks.whenRead()
      const here = await sheet.lookedAt()
      const marks = this.marks.here.value
      const next =
        by === 1
          ? marks.find(({ row }) => here === undefined || row > here)
          : marks.findLast(({ row }) => here === undefined || row < here)
      if (next !== undefined) await sheet.goToLogRow(next.row)
    })
  }

  /** The session with which what is said of a row is shown, and the file if it is of one. */
  #whatIsShown(): { readonly session?: number; readonly log?: number } {
    const { sheet, session } = this.#shown
    const { value: log } = sheet.log
    if (log > 0) return { log }
    return session.value === undefined ? {} : { session: session.value.id }
  }

  /** What the log has said meanwhile needs no remembering. */
  #forgetToggled(): void {
    for (const [name, { log, row, on }] of this.#toggled) {
      const marked = this.marks.bookmarkedIn(log)
      if (marked === undefined || marked.has(row) === on) this.#toggled.delete(name)
    }
  }

  /** One key after the other: each needs what the one before has done. */
  #afterOthers(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(() => this.#try(act))
    this.#last = done
    return done.then(() => undefined)
  }

  /** @returns whether it was done */
  async #try(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      this.#refused(error instanceof Error ? error.message : String(error))
      return false
    }
  }
}

function pathOf(sessions: readonly SessionState[], log: number): string | undefined {
  const definition = sessions.find(({ id }) => id === log)?.definition
  return definition?.kind === 'file' ? definition.path : undefined
}
