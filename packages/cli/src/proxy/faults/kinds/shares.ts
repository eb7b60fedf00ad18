import { readShare } from './amounts.js'
import { type FaultKind, valueOf } from '../fault.js'
import type { Stage } from '../stage.js'

/** A kind of fault that meets a share of the pieces: a piece is what was read at once. */
export function shareFault(
  word: string,
  create: (happens: () => boolean, random: () => number) => Stage,
): FaultKind {
  return {
    word,
    type: word,
    defaults: { share: 1 },
    shares: ['share'],
    parse: (text) => ({ share: readShare(word, text) }),
    show(attributes) {
      const share = valueOf(attributes, 'share')
      return share === 1 ? '' : String(share)
    },
    create: (attributes, random) => create(() => random() < valueOf(attributes, 'share'), random),
  }
}
