import { Buffer } from 'node:buffer'
import { textOf } from '../../errors.js'
import { rowFlags } from '../format/kinds.js'
import { type HeldRow, HeldRows } from './held-rows.js'
import { createFinders, type Finder, type MaskRule } from './mask-rule.js'

/** A row behind the masks. */
export interface MaskedRow<Row> {
  /** As it was passed. */
  readonly row: Row
  /** Its bytes, with `*` for what was masked; none for what was passed without bytes. */
  readonly bytes: Uint8Array
  /** Whether anything of it was masked. */
  readonly changed: boolean
}

/** Masks the rows of one connection: what `createMasker` makes. Nothing of it throws. */
export interface Masker<Row> {
  /**
   * Why all bytes are masked from now on: a rule threw, or a match is longer than its rule says. Undefined while
   * none did.
   */
  readonly stopped: string | undefined
  /**
   * Bytes of one direction. They are copied.
   *
   * @param row what its bytes are to be known by when they come out
   * @returns the rows of which it is known by now what is secret, in the order in which they were passed
   */
  add(direction: 'in' | 'out', bytes: Uint8Array, row: Row): MaskedRow<Row>[]
  /** What has no secrets, and keeps its place between the rows that wait. */
  addEvent(row: Row): MaskedRow<Row>[]
  /**
   * Nothing comes any more.
   *
   * @param how `cut`: a secret may have been cut off, so its beginning is masked, from 4 bytes of a match on. `whole`:
   *   the bytes are all that there were to be, such as those of a message. Default `cut`.
   * @returns what waited
   */
  end(how?: 'cut' | 'whole'): MaskedRow<Row>[]
}

/**
 * Mask what goes by, as the option `mask` of a log does: for a display, or a socket. A secret may come in several
 * pieces, so a row waits while its end may be the beginning of one. At most 128 KiB and 256 rows of a connection
 * wait for their turn behind such a row.
 *
 * When a rule throws, or a match is longer than its rule says, every byte that waits or comes is masked, and
 * `stopped` says why.
 *
 * @param rules what is to be masked
 * @throws OptionError for a rule that cannot work
 */
export function createMasker<Row>(rules: readonly MaskRule[]): Masker<Row> {
  return new RowMasker(createFinders(rules))
}

type Direction = 'in' | 'out'

class RowMasker<Row> implements Masker<Row> {
  stopped: string | undefined
  readonly #held: HeldRows<Direction | undefined, Row>
  #out: MaskedRow<Row>[] = []

  constructor(finders: readonly Finder[]) {
    this.#held = new HeldRows(finders, (row) => this.#leave(row))
  }

  add(direction: Direction, bytes: Uint8Array, row: Row): MaskedRow<Row>[] {
    if (this.stopped === undefined) {
      this.#attempt(() => this.#held.add(direction, 0, bytes, row))
    } else this.#hide({ track: direction, flags: 0, bytes: Buffer.from(bytes), tag: row })
    return this.#taken()
  }

  addEvent(row: Row): MaskedRow<Row>[] {
    this.#held.addEvent(undefined, Buffer.alloc(0), row)
    return this.#taken()
  }

  end(how: 'cut' | 'whole' = 'cut'): MaskedRow<Row>[] {
    this.#attempt(() => {
      this.#held.end(how)
      return true
    })
    return this.#taken()
  }

  /** @param work returns whether all secrets are known by their end */
  #attempt(work: () => boolean): void {
    try {
      if (work()) return
      this.stopped = 'a secret is longer than its rule says'
    } catch (cause) {
      this.stopped = `a rule failed: ${textOf(cause)}`
    }
    for (const row of this.#held.drop()) this.#hide(row)
  }

  #hide(row: HeldRow<Direction | undefined, Row>): void {
    row.bytes.fill('*')
    if (row.bytes.length > 0) row.flags |= rowFlags.changed
    this.#leave(row)
  }

  #leave({ bytes, flags, tag: row }: HeldRow<Direction | undefined, Row>): void {
    this.#out.push({ row, bytes, changed: (flags & rowFlags.changed) !== 0 })
  }

  #taken(): MaskedRow<Row>[] {
    const taken = this.#out
    this.#out = []
    return taken
  }
}
