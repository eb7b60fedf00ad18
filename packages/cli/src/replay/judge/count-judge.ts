import type { Difference } from '../difference.js'
import { type Judge, lookahead } from './judge.js'

/** So many bytes have to come, whatever they are; or not even that. */
export class CountJudge implements Judge {
  readonly #strict: boolean
  #expected = 0
  #got = 0
  #forgiven = 0

  /** @param strict whether another number of bytes is a difference */
  constructor(strict: boolean) {
    this.#strict = strict
  }

  get reached(): number {
    return Math.min(this.#expected, Math.max(this.#got, this.#forgiven))
  }

  get owed(): number {
    return this.#expected - this.reached
  }

  get wants(): boolean {
    return this.owed < lookahead
  }

  get ahead(): number {
    return this.#strict ? Math.max(0, this.#got - this.#expected) : 0
  }

  expect(bytes: Uint8Array): void {
    this.#expected += bytes.length
  }

  got(bytes: Uint8Array): void {
    this.#got += bytes.length
  }

  judge(_known: boolean, recorded: boolean): Difference | undefined {
    return recorded && this.ahead > 0 ? { kind: 'more', ...this.where() } : undefined
  }

  where(): Pick<Difference, 'at' | 'gotAt' | 'expected' | 'got' | 'column'> {
    const none = new Uint8Array(0)
    return { at: this.reached, gotAt: this.#got, expected: none, got: none, column: 0 }
  }

  forgive(until: number): boolean {
    if (this.#strict || this.owed === 0) return false
    const before = this.reached
    this.#forgiven = Math.min(until, this.#expected)
    return this.reached > before
  }
}
