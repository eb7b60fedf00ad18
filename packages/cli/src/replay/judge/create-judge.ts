import type { WireFraming } from '../../wire/load-framing.js'
import { ByteJudge } from './byte-judge.js'
import { CountJudge } from './count-judge.js'
import { FrameJudge } from './frame-judge.js'
import type { Judge } from './judge.js'
import type { Mask } from './mask.js'

/** What of the other side has to be as it was recorded. */
export type Expect = 'bytes' | 'length' | 'frames' | 'none'

/** How a side is judged. */
export interface JudgeSettings {
  readonly expect: Expect
  readonly masks: readonly Mask[]
  /** Frames are compared, or counted, where there is one. */
  readonly framing: WireFraming | undefined
}

/** One for each connection. */
export function createJudge({ expect, masks, framing }: JudgeSettings): Judge {
  if (framing !== undefined && expect === 'frames') return new FrameJudge(framing, masks)
  if (framing !== undefined && expect === 'none') return new FrameJudge(framing, undefined)
  return expect === 'bytes' ? new ByteJudge(masks) : new CountJudge(expect === 'length')
}
