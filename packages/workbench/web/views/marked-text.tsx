import type { ComponentChild } from 'preact'
import type { Piece } from '../bytes/show-text.js'
import type { Reading } from '../bytes/split-text.js'
import type { ByteRange } from '../widgets/hex-view.js'
import { Pieces } from '../widgets/pieces.js'

interface MarkedTextProps {
  readonly bytes: Uint8Array
  readonly reading: Reading
  /** What is marked of it; empty for nothing. */
  readonly range: ByteRange
  readonly show: (bytes: Uint8Array, reading: Reading) => readonly Piece[]
}

/** Bytes as text, some of them marked. */
export function MarkedText({ bytes, reading, range, show }: MarkedTextProps): ComponentChild {
  const from = Math.max(range.from, 0)
  const to = Math.min(range.to, bytes.length)
  if (to <= from || isCut(reading, from) || isCut(reading, to)) {
    return <Pieces pieces={show(bytes, reading)} />
  }
  const rest: Reading = { ...reading, skip: 0 }
  return (
    <>
      <Pieces pieces={show(bytes.subarray(0, from), reading)} />
      <mark>
        <Pieces pieces={show(bytes.subarray(from, to), from === 0 ? reading : rest)} />
      </mark>
      <Pieces pieces={show(bytes.subarray(to), rest)} />
    </>
  )
}

/** Whether what follows would be read with its bytes in the wrong pairs. */
function isCut({ encoding, skip }: Reading, at: number): boolean {
  return encoding === 'utf-16le' && at > 0 && (at - skip) % 2 !== 0
}
