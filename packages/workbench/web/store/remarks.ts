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
  }

  /** @param row of the view; the note is about the row of the log in which it ends */
  note(text: string, row: number): Promise<void> {
    return this.#try(async () => {
      await this.#backend.ask('note', { text, ...(await this.#about(row)) })
    })
  }

  /** A bookmark on the row that is looked at, or none any more. */
  toggleBookmark(): Promise<void> {
    const { value: selected } = this.#shown.sheet.selected
    this.marks.use()
    return this.#try(async () => {
      if (selected === undefined) return
      const about = await this.#about(selected)
      await this.#backend.ask('bookmark', {
        ...about,
        on: !this.marks.bookmarked.value.has(about.row),
      })
    })
  }

  /** Show the row of a mark. */
  goTo({ row }: Mark): Promise<void> {
    return this.#try(async () => void (await this.#shown.sheet.goToLogRow(row)))
  }

  /** The next row that has a mark, or the one before. */
  step(by: 1 | -1): Promise<void> {
    const { sheet } = this.#shown
    this.marks.use()
    return this.#try(async () => {
      const { value: selected } = sheet.selected
      const here = selected === undefined ? undefined : await sheet.logRowOf(selected)
      const marks = this.marks.here.value
      const next =
        by === 1
          ? marks.find(({ row }) => here === undefined || row > here)
          : marks.findLast(({ row }) => here === undefined || row < here)
      if (next !== undefined) await sheet.goToLogRow(next.row)
    })
  }

  /** The row of the log, the session with which what is said of it is shown, and the file if it is of one. */
  async #about(row: number): Promise<{ row: number; session?: number; log?: number }> {
    const { sheet, session } = this.#shown
    const { value: log } = sheet.log
    return {
      row: await sheet.logRowOf(row),
      ...(log === 0 && session.value !== undefined ? { session: session.value.id } : {}),
      ...(log === 0 ? {} : { log }),
    }
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#refused(error instanceof Error ? error.message : String(error))
    }
  }
}

function pathOf(sessions: readonly SessionState[], log: number): string | undefined {
  const definition = sessions.find(({ id }) => id === log)?.definition
  return definition?.kind === 'file' ? definition.path : undefined
}
