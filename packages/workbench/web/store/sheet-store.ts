import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Filter, Pattern } from '../../src/protocol/filter.js'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import type { Backend } from '../backend/backend.js'
import type { Row } from '../backend/decode-rows.js'
import { RowCache } from '../backend/row-cache.js'
import { hasRow } from './log-views.js'
import { OpenView } from './open-view.js'
import { type Found, type Jump, locateWanted, type ViewPush, type Wanted } from './sheet-places.js'

/** What the sheet shows: a view of a log, as far as it is known, and where one is in it. */
export class SheetStore {
  readonly filter = signal<Filter>({})
  /** 0 is the log of the workbench, others are files. */
  readonly log = signal(0)
  /** Whether it shows messages, by the framing of each session, instead of the rows of the log. */
  readonly isOfMessages = signal(false)
  /** By which framing, instead of that which each connection had; empty for none. */
  readonly framing = signal('')
  /** The number of its view: another one for each that is opened. */
  readonly opened = signal(0)
  /** Rows of the view. */
  readonly size = signal(0)
  readonly scanned = signal(0)
  readonly total = signal(0)
  readonly error = signal<string | undefined>(undefined)
  /** Counts what arrived, so that what is shown is drawn again. */
  readonly arrivals = signal(0)
  readonly isFollowing = signal(true)
  /** The number in the log of the row that is looked at closely; undefined also while that at its place is on its way. */
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
  #view: OpenView | undefined
  #cache: RowCache
  /** A row to go to once the view has looked as far. */
  #wanted: Wanted | undefined
  /** The row of the log that was looked at when messages were shown, or rows again. */
  #leftAt: Promise<number | undefined> | undefined
  /** Counts where one has gone. */
  #turn = 0
  #isDrawing = false

  constructor(backend: Backend) {
    this.#backend = backend
    this.#cache = this.#newCache()
  }

  /** The row at a place; undefined while it is on its way. */
  at(place: number): Row | undefined {
    return this.#cache.at(place)
  }

  /** A row that is looked at, as far as the sheet has it. */
  current(number: number): Row | undefined {
    const row = this.at(this.place.peek() ?? 0)
    return row?.number === number ? row : undefined
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
    const isSame = this.log.value === log
    const row = stayAt ?? (this.isFollowing.value ? undefined : this.selected.value)
    batch(() => {
      this.filter.value = filter
      // Another log has been written by others.
      if (!isSame) {
        this.framing.value = ''
        this.selected.value = undefined
      }
      this.log.value = log
    })
    const opening = this.#open()
    this.#wanted = isSame && row !== undefined ? { row, isOfLog: false } : undefined
    if (this.#wanted !== undefined) this.isFollowing.value = false
    if (await opening) void this.#goToWanted()
  }

  /**
   * Show messages instead of rows, or rows again, and stay at what is looked at.
   *
   * @param framing empty for that which each connection had
   */
  async showMessages(isOn: boolean, framing: string = this.framing.value): Promise<void> {
    const { value: selected } = this.selected
    const isStill = this.isFollowing.value
    const leftAt =
      selected === undefined ? this.#leftAt : this.logRowOf(selected).catch(() => undefined)
    batch(() => {
      this.isOfMessages.value = isOn
      this.framing.value = framing
      this.selected.value = undefined
    })
    const opening = this.#open()
    this.#leftAt = leftAt
    this.#wanted = undefined
    const turn = this.#turn
    const row = await leftAt
    if (!(await opening) || row === undefined || turn !== this.#turn) return
    this.#wanted = { row, isOfLog: true, isStill }
    void this.#goToWanted()
  }

  /** The row of the log in which one of the view ends. */
  async logRowOf(row: number): Promise<number> {
    if (!this.isOfMessages.value || this.#view === undefined) return row
    return (await this.#view.locate(row)).logRow
  }

  /** The row of the log that is looked at now, also while it is on its way. */
  async lookedAt(): Promise<number | undefined> {
    const { value: selected } = this.selected
    const { value: place } = this.place
    if (this.#wanted?.isOfLog === true) return this.#wanted.row
    if (selected !== undefined) return this.logRowOf(selected)
    if (place === undefined) return this.#leftAt
    const [row] = (await this.#view?.rows({ from: place, count: 1 })) ?? []
    return row && this.logRowOf(row.number)
  }

  /** The connection was lost and is there again: the view is asked for anew. */
  async reopen(): Promise<void> {
    await this.#open()
  }

  /** The view has. */
  grown({ view, rows, scanned, total, error }: ViewPush): void {
    if (view !== this.#view?.number) return
    this.#cache.grow(rows)
    batch(() => {
      this.size.value = rows
      this.scanned.value = scanned
      this.total.value = total
      this.error.value = error
    })
    void this.#goToWanted()
  }

  /** Bytes of a row. */
  async bytes(row: number, from: number, count: number): Promise<Row | undefined> {
    return this.#view?.bytes({ row, from, count, encoding: this.encoding.value })
  }

  /** The next place with these bytes, where one is then. @returns undefined when there is none */
  async find(pattern: Pattern, from: number, backwards: boolean): Promise<number | undefined> {
    const turn = this.#leave()
    const found = await this.#view?.find(pattern, from, backwards)
    const { place, row, at, length } = found ?? {}
    if (place === undefined || row === undefined) return undefined
    if (turn !== this.#turn) return place
    this.found.value = { row, from: at ?? 0, to: (at ?? 0) + (length ?? 0) }
    this.#go(place, row)
    return place
  }

  /** Look at the row at a place closely; the sheet stands still then. */
  select(place: number): void {
    this.#leave()
    this.isFollowing.value = false
    this.#lookAt(place, this.at(place)?.number)
  }

  /** Show a row of the log, and what ends in it; without the filter if that leaves it out. @returns whether it is there */
  async goToLogRow(row: number): Promise<boolean> {
    const turn = this.#leave()
    if (this.isOfMessages.value) {
      this.#wanted = { row, isOfLog: true }
      void this.#goToWanted()
      return true
    }
    const { place, logRow } = (await this.#view?.locate(row)) ?? {}
    const isThere = place !== undefined && logRow === row
    const isLeftOut =
      !isThere && this.isFiltered.value && (await hasRow(this.#backend, this.log.value, row))
    if (turn !== this.#turn) return true
    if (isThere) this.#go(place, row)
    if (!isLeftOut) return isThere
    this.filter.value = {}
    this.onWhole()
    const opening = this.#open()
    batch(() => {
      this.isFollowing.value = false
      this.selected.value = row
    })
    this.#wanted = { row, isOfLog: false }
    if (await opening) void this.#goToWanted()
    return true
  }

  /** One goes elsewhere: what was asked for before does not lead away from there. */
  #leave(): number {
    this.#wanted = undefined
    return (this.#turn += 1)
  }

  /** Show a place, and look at its row closely. */
  #go(place: number, row: number | undefined): void {
    batch(() => {
      this.isFollowing.value = false
      this.#lookAt(place, row ?? this.selected.value)
      this.jump.value = { place, turn: this.jump.value.turn + 1 }
    })
  }

  /** @returns whether it is still that which is shown, when it is open */
  async #open(): Promise<boolean> {
    this.#leftAt = undefined
    this.#turn += 1
    this.#view?.close()
    const view = new OpenView(this.#backend, {
      ...{ filter: this.filter.value, log: this.log.value },
      ...{ messages: this.isOfMessages.value, framing: this.framing.value },
    })
    this.#view = view
    this.#cache = this.#newCache()
    batch(() => {
      this.found.value = undefined
      this.opened.value = view.number
      this.size.value = 0
      this.place.value = undefined
      this.scanned.value = 0
      this.error.value = undefined
    })
    try {
      await view.opened
    } catch (error) {
      // What becomes of one that was left is no matter.
      if (view === this.#view) throw error
    }
    return view === this.#view
  }

  async #goToWanted(): Promise<void> {
    const wanted = this.#wanted
    const view = this.#view
    if (wanted === undefined || view === undefined) return
    if (!wanted.isOfLog && this.scanned.value < Math.min(wanted.row, this.total.value)) return
    // What is refused here is of a view that was left.
    const found = await locateWanted(view, wanted, this.size.value).catch(() => undefined)
    // One has gone elsewhere meanwhile.
    if (found === undefined || this.#wanted !== wanted || this.#view !== view) return
    const { place, number } = found
    if (wanted.isStill !== true) this.#go(place, number)
    else if (number !== undefined) this.#lookAt(place, number)
  }

  #lookAt(place: number, number: number | undefined): void {
    this.#wanted = undefined
    this.#leftAt = undefined
    batch(() => {
      this.place.value = place
      this.selected.value = number
    })
  }

  #newCache(): RowCache {
    const view = this.#view
    return new RowCache(
      async (from, count) =>
        (await view?.rows({ from, count, encoding: this.encoding.value })) ?? [],
      () => this.#loaded(),
    )
  }

  /** However much arrives, a frame is drawn once. */
  #loaded(): void {
    const { value: place } = this.place
    if (this.selected.value === undefined && place !== undefined) {
      this.selected.value = this.at(place)?.number
    }
    if (this.#isDrawing) return
    this.#isDrawing = true
    requestAnimationFrame(() => {
      this.#isDrawing = false
      this.arrivals.value++
    })
  }
}
