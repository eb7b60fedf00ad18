import type { Difference } from '../difference.js'
import type { WireFraming } from '../../wire/load-framing.js'
import { ByteJudge } from './byte-judge.js'
import { type Frame, FrameCutter } from './frame-cutter.js'
import { type Judge, lookahead } from './judge.js'
import type { Mask } from './mask.js'

/** An empty frame takes memory as well. */
const frameCost = 64

/** As many frames have to come, and each has to be the recorded one where they are compared. */
export class FrameJudge implements Judge {
  readonly #masks: readonly Mask[] | undefined
  readonly #expectedCutter: FrameCutter
  readonly #gotCutter: FrameCutter
  #expected: Frame[] = []
  #got: Frame[] = []
  #total = 0
  #base = 0
  #count = 0
  #broken: Error | undefined

  /** @param masks undefined where frames are counted, and not compared */
  constructor(framing: WireFraming, masks: readonly Mask[] | undefined) {
    this.#masks = masks
    this.#expectedCutter = new FrameCutter(framing)
    this.#gotCutter = new FrameCutter(framing)
  }

  get reached(): number {
    const [next] = this.#expected
    if (next === undefined) return this.#base
    // A frame that came in part may wait for what we have to say.
    return this.#base + Math.min(this.#gotCutter.partial.length, next.end - this.#base - 1)
  }

  get owed(): number {
    return this.#total - this.#base
  }

  get wants(): boolean {
    return this.#expected.length === 0 || this.owed < lookahead
  }

  get ahead(): number {
    return this.#got.reduce((sum, { bytes }) => sum + bytes.length + frameCost, 0)
  }

  /** @throws an error for a recording that does not fit the framing */
  expect(bytes: Uint8Array): void {
    this.#total += bytes.length
    const { frames, error } = this.#expectedCutter.cut(bytes)
    this.#expected.push(...frames)
    if (error !== undefined) throw error
  }

  got(bytes: Uint8Array): void {
    if (this.#broken !== undefined) return
    const { frames, error } = this.#gotCutter.cut(bytes)
    this.#got.push(...frames)
    this.#broken = error
  }

  judge(_known: boolean, recorded: boolean, final: boolean): Difference | undefined {
    const count = Math.min(this.#expected.length, this.#got.length)
    const expected = this.#expected.splice(0, count)
    const got = this.#got.splice(0, count)
    for (const [at, frame] of expected.entries()) {
      const difference = this.#compare(frame.bytes, got[at]!.bytes)
      if (difference !== undefined) return { ...difference, frame: this.#count + 1 }
      this.#base = frame.end
      this.#count += 1
    }
    if (this.#broken !== undefined) {
      return { kind: 'framing', ...this.where(), why: this.#broken.message }
    }
    return recorded && this.#expected.length === 0 ? this.#judgeRest(final) : undefined
  }

  where(): Pick<Difference, 'at' | 'gotAt' | 'expected' | 'got' | 'column' | 'frame'> {
    const [next] = this.#expected
    const judge = new ByteJudge([])
    judge.expect(next?.bytes ?? this.#expectedCutter.partial)
    judge.got(this.#got[0]?.bytes ?? this.#gotCutter.partial)
    judge.judge(true, true, true)
    return { ...judge.where(), frame: this.#count + 1 }
  }

  forgive(until: number): boolean {
    const [next] = this.#expected
    if (this.#masks !== undefined || next === undefined || this.#base >= until) return false
    this.#expected.shift()
    this.#base = next.end
    this.#count += 1
    return true
  }

  #compare(expected: Uint8Array, got: Uint8Array): Difference | undefined {
    if (this.#masks === undefined || Buffer.compare(expected, got) === 0) return undefined
    const judge = new ByteJudge(this.#masks)
    judge.expect(expected)
    judge.got(got)
    const difference = judge.judge(true, true, true)
    if (difference !== undefined) return difference
    return judge.owed === 0 ? undefined : { kind: 'differs', ...judge.where() }
  }

  /** Behind the last whole frame of the recording. */
  #judgeRest(final: boolean): Difference | undefined {
    if (this.#masks === undefined) {
      this.#base = this.#total
      return undefined
    }
    if (this.#got.length > 0) return { kind: 'more', ...this.where() }
    const expected = this.#expectedCutter.partial
    const got = this.#gotCutter.partial
    if (got.length > expected.length || !expected.subarray(0, got.length).equals(got)) {
      // A frame that is not whole is more than was recorded only if nothing completes it.
      if (expected.length === 0 && !final) return undefined
      return { kind: expected.length === 0 ? 'more' : 'differs', ...this.where() }
    }
    if (got.length === expected.length) this.#base = this.#total
    return undefined
  }
}
