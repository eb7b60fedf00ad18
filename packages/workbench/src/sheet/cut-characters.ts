import type { LogRow } from 'hawser/log'
import { isGbkLead } from '../protocol/text/gbk.js'
import type { RowSource } from './row-source.js'

/** Rows before one that are looked at: as many in a row have nothing but bytes that may begin a character. */
const mostBefore = 8
/** Lower bytes are no second ones. */
const leastSecond = 0x40

/**
 * Finds the rows of a log that begin with the second byte of a character of GBK. A byte below 0x81 ends a character,
 * whichever it is of. So the bytes behind the last one of these are counted: two are a character.
 */
export class CutCharacters {
  readonly #source: RowSource
  /** By direction: the last row that was looked at, and whether a character is open behind it. */
  readonly #ends = new Map<number, { readonly row: number; readonly isOpen: boolean }>()

  constructor(source: RowSource) {
    this.#source = source
  }

  /** Whether a row begins inside of a character. */
  async isContinued(row: LogRow, signal?: AbortSignal): Promise<boolean> {
    if (row.kind !== 'in' && row.kind !== 'out') return false
    const isContinued = (row.data[0] ?? 0) >= leastSecond && (await this.#isOpenBefore(row, signal))
    const isOpen = isOpenBehind(row.data, isContinued)
    this.#ends.set(directionOf(row), { row: row.number, isOpen })
    return isContinued
  }

  async #isOpenBefore(row: LogRow, signal?: AbortSignal, depth = 0): Promise<boolean> {
    if (row.back === 0 || depth === mostBefore) return false
    const number = row.number - row.back
    const known = this.#ends.get(directionOf(row))
    if (known?.row === number) return known.isOpen
    for await (const before of this.#source.reader.rows({ from: number, to: number + 1, signal })) {
      const isWhole = before.data.every(isGbkLead)
      return isOpenBehind(
        before.data,
        isWhole && (await this.#isOpenBefore(before, signal, depth + 1)),
      )
    }
    return false
  }
}

function isOpenBehind(data: Uint8Array, isContinued: boolean): boolean {
  let leads = 0
  while (leads < data.length && isGbkLead(data[data.length - 1 - leads] ?? 0)) leads++
  const own = leads === data.length && isContinued ? leads + 1 : leads
  return own % 2 === 1
}

function directionOf({ connection, kind }: LogRow): number {
  return connection * 2 + (kind === 'in' ? 0 : 1)
}
