import type { Signal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { Row } from '../../backend/decode-rows.js'
import { showSize } from '../../bytes/amounts.js'
import { useWords } from '../use-store.js'

interface HexPartProps {
  readonly row: Row
  /** Where the bytes begin that are shown. */
  readonly origin: Signal<number>
  /** How many are shown together. */
  readonly size: number
}

/** Which part of a large message is shown, and the way to the others. */
export function HexPart({ row, origin, size }: HexPartProps): ComponentChild {
  const words = useWords()
  const { length } = row
  if (length <= size) return null
  const from = origin.value
  const to = Math.min(from + size, length)
  return (
    <p class="hex-part">
      <button type="button" disabled={from === 0} onClick={() => (origin.value = from - size)}>
        ← {words.earlierBytes}
      </button>
      <span>{words.bytesOf(showSize(from), showSize(to), showSize(length))}</span>
      <button type="button" disabled={to === length} onClick={() => (origin.value = from + size)}>
        {words.laterBytes} →
      </button>
    </p>
  )
}
