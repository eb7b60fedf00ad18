import { viewFlags } from '../../src/protocol/rows-frame.js'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import type { Reading } from './split-text.js'

/** How a row is read, which may begin inside of a character. */
export function readingOf(
  { flags, position }: { readonly flags: number; readonly position: number },
  encoding: Encoding,
): Reading {
  if (encoding === 'utf-16le') return { encoding, skip: position % 2 }
  return { encoding, skip: (flags & viewFlags.continued) === 0 ? 0 : 1 }
}
