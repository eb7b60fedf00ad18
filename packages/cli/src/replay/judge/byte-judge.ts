import { compareInTime } from '../../wire/compare-in-time.js'
import type { Difference } from '../difference.js'
import { alignBytes, alignMasked, type Alignment } from './align.js'
import { type Judge, lookahead } from './judge.js'
import type { Mask } from './mask.js'
import { Window } from './window.js'

const rowLength = 16

/** Each byte has to be the recorded one, unless a mask says otherwise. */
export class ByteJudge implements Judge {
  readonly #masks: readonly Mask[]
  readonly #expected = new Window()
  readonly #got = new Window()
  /** Of what is in the windows: masks at the end of what came may still match otherwise. */
  #aligned = { expected: 0, got: 0, partial: 0 }

  constructor(masks: readonly Mask[]) {
    this.#masks = masks
  }

  get reached(): number {
    return this.#expected.offset + this.#aligned.expected + this.#aligned.partial
  }

  get owed(): number {
    return this.#expected.length - this.#aligned.expected
  }

  get wants(): boolean {
    return this.owed < lookahead
  }

  get ahead(): number {
    return this.#got.length - this.#aligned.got
  }

  expect(bytes: Uint8Array): void {
    this.#expected.append(bytes)
  }

  got(bytes: Uint8Array): void {
    this.#got.append(bytes)
  }

  judge(known: boolean, recorded: boolean, final: boolean): Difference | undefined {
    const alignment = this.#align(known, final)
    const { expected, got, settled, partial } = alignment
    this.#aligned = { expected, got, partial }
    if (alignment.differs) return { kind: 'differs', ...this.where() }
    if (recorded && this.owed === 0 && this.ahead > 0 && (final || settled.got === got)) {
      return { kind: 'more', ...this.where() }
    }
    this.#expected.take(settled.expected)
    this.#got.take(settled.got)
    this.#aligned = { expected: expected - settled.expected, got: got - settled.got, partial }
    return undefined
  }

  where(): Pick<Difference, 'at' | 'gotAt' | 'expected' | 'got' | 'column'> {
    const { expected, got } = this.#aligned
    const at = this.#expected.offset + expected
    const gotAt = this.#got.offset + got
    const column = Math.min(
      at % rowLength,
      this.#expected.before.length + expected,
      this.#got.before.length + got,
    )
    return {
      at,
      gotAt,
      column,
      expected: rowOf(this.#expected, expected, column),
      got: rowOf(this.#got, got, column),
    }
  }

  forgive(): boolean {
    return false
  }

  #align(known: boolean, final: boolean): Alignment {
    if (this.#masks.length === 0) return alignBytes(this.#expected, this.#got)
    const align = (): Alignment =>
      alignMasked(this.#masks, this.#expected, this.#got, { known, final })
    return this.#masks.some(({ kind }) => kind === 'pattern')
      ? compareInTime('--mask', align)
      : align()
  }
}

function rowOf({ before, rest }: Window, at: number, column: number): Uint8Array {
  const bytes = Buffer.concat([before, rest.subarray(0, at + rowLength)])
  const start = before.length + at - column
  return bytes.subarray(start, start + rowLength)
}
