import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Filter, Pattern } from '../../src/protocol/filter.js'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import type { ExportForm } from '../../src/protocol/export-form.js'
import type { Push } from '../../src/protocol/replies.js'
import type { Backend } from '../backend/backend.js'
import type { Row } from '../backend/decode-rows.js'
import { RowCache } from '../backend/row-cache.js'
import { exportView, exportWhole, hasRow } from './log-views.js'

type ViewPush = Extract<Push, { readonly push: 'view' }>

/** Where the list is asked to go. */
export interface Jump {
  readonly place: number
  /** Counts the jumps, so that going to one place twice is two of them. */
  readonly turn: number
}

/** Bytes of a row of the view. */
interface Found {
  readonly row: number
  readonly from: number
  readonly to: number
}

/** A row that a view is asked for before it has looked as far. */
interface Wanted {
  readonly row: number
  /** Whether it is one of the log, and what ends in it is looked at closely. */
  readonly isOfLog: boolean
  /** Whether the sheet goes on following. */
  readonly isStill?: boolean
}

/** What the sheet shows: a view of a log, as far as it is known, and where one is in it. */
export class SheetStore {
  readonly filter = signal<Filter>({})
  /** 0 is the log of the workbench, others are files. */
  readonly log = signal(0)
  /** Whether it shows messages, by the framing of each session, instead of the rows of the log. */
  readonly isOfMessages = signal(false)
  /** By which framing, instead of that which each connection had; empty for none. */
  readonly framing = signal('')
  /** Counts the views that were opened. */
  readonly opened = signal(0)
  /** Rows of the view. */
  readonly size = signal(0)
  readonly scanned = signal(0)
  readonly total = signal(0)
  readonly error = signal<string | undefined>(undefined)
  /** Counts what arrived, so that what is shown is drawn again. */
  readonly arrivals = signal(0)
  readonly isFollowing = signal(true)
  /** The number in the log of the row that is looked at closely. */
  readonly selected = signal<number | undefined>(undefined)
  /** Its place in the view, where that is known. */
  readonly place = signal<number | undefined>(undefined)
  /** What was looked for, in the row where it was found last; it may begin before it. */
  readonly found = signal<Found | undefined>(undefined)
  readonly jump = signal<Jump>({ place: 0, turn: 0 })
  readonly isFiltered: ReadonlySignal<boolean> = computed(
    () => Object.keys(this.filter.value).length > 0,
  )
  /** What the rows are read by. */
  readonly encoding = signal<Encoding>('utf-8')
  /** Called when it leaves the filter for a row that is not in it: all of the log is shown. */
  onWhole: () => void = () => undefined
  readonly #backend: Backend
  #view = 0
  #cache: RowCache
  /** A row to go to once the view has looked as far. */
  #wanted: Wanted | undefined
  #isDrawing = false

  constructor(backend: Backend) {
    this.#backend = backend
    this.#cache = this.#newCache()
  }

  /** The row at a place; undefined while it is on its way. */
  at(place: number): Row | undefined {
    return this.#cache.at(place)
  }

  /** Read the rows by another encoding: where characters were cut is asked for anew. */
  readAs(encoding: Encoding): void {
    if (this.encoding.peek() === encoding) return
    this.#cache = this.#newCache()
    this.#cache.grow(this.size.peek())
    batch(() => {
      this.encoding.value = encoding
      this.arrivals.value = this.arrivals.peek() + 1
    })
  }

  /** Look through another filter, and stay at the row that is looked at. */
  async show(filter: Filter, log: number = this.log.value, stayAt?: number): Promise<void> {
    const row = stayAt ?? (this.isFollowing.value ? undefined : this.selected.value)
    batch(() => {
      this.filter.value = filter
      // Another log has been written by others.
      if (this.log.value !== log) {
        this.framing.value = ''
        this.selected.value = undefined
      }
      this.log.value = log
    })
    await this.#open()
    if (row === undefined) return
    this.isFollowing.value = false
    this.#wanted = { row, isOfLog: false }
    this.#goToWanted()
  }

  /**
   * Show messages instead of rows, or rows again, and stay at what is looked at.
   *
   * @param framing empty for that which each connection had
   */
  async showMessages(isOn: boolean, framing: string = this.framing.value): Promise<void> {
    const { value: selected } = this.selected
    const row = selected === undefined ? undefined : await this.logRowOf(selected)
    batch(() => {
      this.isOfMessages.value = isOn
      this.framing.value = framing
      this.selected.value = undefined
    })
    await this.#open()
    if (row === undefined) return
    this.#wanted = { row, isOfLog: true, isStill: this.isFollowing.value }
    this.#goToWanted()
  }

  /** The row of the log in which one of the view ends. */
  async logRowOf(row: number): Promise<number> {
    if (!this.isOfMessages.value) return row
    return (await this.#backend.ask('locate', { view: this.#view, row })).logRow
  }

  /** The connection was lost and is there again: the view is asked for anew. */
  reopen(): Promise<void> {
    return this.#open()
  }

  grown({ view, rows, scanned, total, error }: ViewPush): void {
    if (view !== this.#view) return
    this.#cache.grow(rows)
    batch(() => {
      this.size.value = rows
      this.scanned.value = scanned
      this.total.value = total
      this.error.value = error
    })
    this.#goToWanted()
  }

  /** Bytes of a row. */
  async bytes(row: number, from: number, count: number): Promise<Row | undefined> {
    const range = { view: this.#view, row, from, count, encoding: this.encoding.value }
    return (await this.#backend.askRows('bytes', range))[0]
  }

  /** The next place with these bytes, where one is then. @returns undefined when there is none */
  async find(pattern: Pattern, from: number, backwards: boolean): Promise<number | undefined> {
    const found = await this.#backend.ask('find', { view: this.#view, pattern, from, backwards })
    const { place, row, at, length } = found
    if (place === undefined || row === undefined) return undefined
    this.found.value = { row, from: at ?? 0, to: (at ?? 0) + (length ?? 0) }
    this.go(place, row)
    return place
  }

  /** The rows that it has now, or all of the log, as a file. */
  export(form: ExportForm, isWhole: boolean): Promise<Blob> {
    return isWhole
      ? exportWhole(this.#backend, this.log.value, form)
      : exportView(this.#backend, this.#view, form)
  }

  /** Look at the row at a place closely; the sheet stands still then. */
  select(place: number): void {
    const row = this.at(place)
    this.#wanted = undefined
    batch(() => {
      this.isFollowing.value = false
      this.place.value = place
      if (row !== undefined) this.selected.value = row.number
    })
  }

  /** Show a place, and look at its row closely. */
  go(place: number, row: number | undefined): void {
    batch(() => {
      this.isFollowing.value = false
      this.place.value = place
      if (row !== undefined) this.selected.value = row
      this.jump.value = { place, turn: this.jump.value.turn + 1 }
    })
  }

  /** Show a row of the log, and what ends in it; without the filter if that leaves it out. @returns whether it is there */
  async goToLogRow(row: number): Promise<boolean> {
    if (this.isOfMessages.value) {
      this.#wanted = { row, isOfLog: true }
      this.#goToWanted()
      return true
    }
    const { place, logRow } = await this.#backend.ask('locate', { view: this.#view, row })
    if (logRow === row) {
      this.go(place, row)
      return true
    }
    const isLeftOut = this.isFiltered.value && (await hasRow(this.#backend, this.log.value, row))
    if (!isLeftOut) return false
    this.filter.value = {}
    this.onWhole()
    await this.#open()
    batch(() => {
      this.isFollowing.value = false
      this.selected.value = row
    })
    this.#wanted = { row, isOfLog: false }
    this.#goToWanted()
    return true
  }

  async #open(): Promise<void> {
    const before = this.#view
    this.#view += 1
    this.#cache = this.#newCache()
    batch(() => {
      this.found.value = undefined
      this.opened.value = this.#view
      this.size.value = 0
      this.place.value = undefined
      this.scanned.value = 0
      this.error.value = undefined
    })
    const view = this.#view
    const { value: filter } = this.filter
    const { value: log } = this.log
    if (before > 0) this.#backend.ask('close-view', { view: before }).catch(() => undefined)
    const { value: framing } = this.framing
    await this.#backend.ask('open-view', {
      ...{ view, filter, messages: this.isOfMessages.value },
      ...(log === 0 ? {} : { log }),
      ...(framing === '' ? {} : { framing }),
    })
  }

  #goToWanted(): void {
    const wanted = this.#wanted
    if (wanted === undefined) return
    const { row, isOfLog } = wanted
    if (!isOfLog && this.scanned.value < Math.min(row, this.total.value)) return
    // What is refused here is of a view that was left.
    this.#find(wanted).catch(() => undefined)
  }

  async #find(wanted: Wanted): Promise<void> {
    const { row, isOfLog, isStill = false } = wanted
    const view = this.#view
    const { place } = await this.#backend.ask('locate', { view, row, isOfLog })
    // Messages are still being looked for.
    if (isOfLog && place >= this.size.value) return
    const asked = { view, from: place, count: 1 }
    const [found] = isOfLog ? await this.#backend.askRows('rows', asked) : []
    // One has gone elsewhere meanwhile.
    if (this.#wanted !== wanted) return
    this.#wanted = undefined
    if (!isStill) this.go(place, found?.number)
    else if (found !== undefined)
      batch(() => {
        this.place.value = place
        this.selected.value = found.number
      })
  }

  #newCache(): RowCache {
    const view = this.#view
    return new RowCache(
      (from, count) => {
        const { value: encoding } = this.encoding
        return this.#backend.askRows('rows', { view, from, count, encoding })
      },
      () => this.#draw(),
    )
  }

  /** However much arrives, a frame is drawn once. */
  #draw(): void {
    if (this.#isDrawing) return
    this.#isDrawing = true
    requestAnimationFrame(() => {
      this.#isDrawing = false
      this.arrivals.value++
    })
  }
}
