import { Buffer } from 'node:buffer'
import { rowFlags } from '../format/kinds.js'
import type { Finder, MaskedRange } from './mask-rule.js'
import { type Ending, MaskWindow } from './mask-window.js'

/** A row that waits, with what belongs to it: its time, or whatever its owner needs to know it again. */
export interface HeldRow<Track, Tag> {
  readonly track: Track
  readonly bytes: Buffer
  readonly tag: Tag
  flags: number
}

/** What of a direction waits. */
interface Direction {
  readonly window: MaskWindow
  /** Bytes that have come. */
  end: number
  /** Bytes that have left. */
  released: number
}

/** What of a connection waits in its order; beyond that those rows go ahead that are decided. */
const mostBytesInOrder = 128 * 1024
const mostRowsInOrder = 256

/**
 * The rows of one connection that wait until it is known what of them is secret. They leave in the order in
 * which they came: the reply behind the request, even if that is held.
 */
export class HeldRows<Track, Tag> {
  readonly #finders: readonly Finder[]
  readonly #release: (row: HeldRow<Track, Tag>) => void
  readonly #directions = new Map<Track, Direction>()
  #rows: HeldRow<Track, Tag>[] = []
  #bytes = 0

  constructor(finders: readonly Finder[], release: (row: HeldRow<Track, Tag>) => void) {
    this.#finders = finders
    this.#release = release
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#bytes
  }

  /** A row that has no secrets, and keeps its place. */
  addEvent(track: Track, bytes: Buffer, tag: Tag): void {
    this.#add({ track, bytes, tag, flags: 0 })
    this.#drain()
  }

  /**
   * Bytes of one direction.
   *
   * @returns false if a secret is longer than it may be, so that nothing may follow
   * @throws what a rule threw
   */
  add(track: Track, flags: number, bytes: Uint8Array, tag: Tag): boolean {
    const direction = this.#directionOf(track)
    this.#add({ track, bytes: Buffer.from(bytes), tag, flags })
    direction.end += bytes.length
    const isKnown = direction.window.push(bytes, (range) => this.#mask(track, direction, range))
    this.#drain()
    return isKnown
  }

  /**
   * Nothing comes any more: everything leaves.
   *
   * @throws what a rule threw
   */
  end(how: Ending): void {
    for (const [track, direction] of this.#directions) {
      direction.window.end(how, (range) => this.#mask(track, direction, range))
    }
    this.#drain()
  }

  /** What waits is given up: it may be a part of a secret. */
  drop(): HeldRow<Track, Tag>[] {
    const rows = this.#rows
    this.#rows = []
    this.#bytes = 0
    return rows
  }

  #add(row: HeldRow<Track, Tag>): void {
    this.#rows.push(row)
    this.#bytes += row.bytes.length
  }

  #directionOf(track: Track): Direction {
    const known = this.#directions.get(track)
    if (known !== undefined) return known
    const made = { window: new MaskWindow(this.#finders), end: 0, released: 0 }
    this.#directions.set(track, made)
    return made
  }

  /** Only rows that wait can be in it: those that have left were decided. */
  #mask(track: Track, direction: Direction, [from, to]: MaskedRange): void {
    let begin = direction.released
    for (const row of this.#rows) {
      if (row.track !== track) continue
      const end = begin + row.bytes.length
      if (from < end && to > begin) {
        row.bytes.fill('*', Math.max(from, begin) - begin, Math.min(to, end) - begin)
        row.flags |= rowFlags.changed
      }
      begin = end
    }
  }

  #drain(): void {
    let left = 0
    for (const row of this.#rows) {
      if (!this.#isDecided(row)) break
      this.#leave(row)
      left++
    }
    this.#rows.splice(0, left)
    if (this.#bytes > mostBytesInOrder || this.#rows.length > mostRowsInOrder) this.#overtake()
  }

  /** What is decided goes ahead of what is not. */
  #overtake(): void {
    const held = new Set<Track>()
    this.#rows = this.#rows.filter((row) => {
      const leaves = !held.has(row.track) && this.#isDecided(row)
      if (leaves) this.#leave(row)
      else held.add(row.track)
      return !leaves
    })
  }

  #isDecided({ track, bytes }: HeldRow<Track, Tag>): boolean {
    const direction = this.#directions.get(track)
    return direction === undefined || direction.released + bytes.length <= direction.window.decided
  }

  #leave(row: HeldRow<Track, Tag>): void {
    const direction = this.#directions.get(row.track)
    if (direction !== undefined) direction.released += row.bytes.length
    this.#bytes -= row.bytes.length
    this.#release(row)
  }
}
