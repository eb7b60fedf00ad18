import type { ComponentChild } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Row } from '../../backend/decode-rows.js'
import { showCount } from '../../bytes/amounts.js'
import { type Difference, findDifferences } from '../../bytes/differences.js'
import { toHex } from '../../bytes/hex.js'
import { showText } from '../../bytes/show-text.js'
import { Pieces } from '../../widgets/pieces.js'
import { useStore, useWords } from '../use-store.js'

interface ComparisonProps {
  /** What was chosen first. */
  readonly before: Row
  readonly after: Row
  readonly onRestart: () => void
}

/** What one message has that another one has not. */
export function Comparison({ before, after, onRestart }: ComparisonProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const isHex = store.isHex.value
  const differences = useMemo(
    () => findDifferences(before.bytes, after.bytes),
    [before.bytes, after.bytes],
  )
  const count = (value: number): string => showCount(value, store.settings.language.value)
  if (before.number === after.number) {
    return <p class="hint">{words.compareWith(count(before.number))}</p>
  }
  const isSame = differences.every(({ kind }) => kind === 'same')
  return (
    <>
      <p class="compared">
        <span>{words.compared(count(before.number), count(after.number))}</span>
        <button type="button" onClick={onRestart}>
          {words.compareAnew}
        </button>
      </p>
      {isSame ? (
        <p class="hint">{words.noDifference}</p>
      ) : (
        <pre class="text">
          {differences.map((difference) => (
            <Run difference={difference} isHex={isHex} />
          ))}
        </pre>
      )}
    </>
  )
}

function Run({
  difference: { kind, bytes },
  isHex,
}: {
  readonly difference: Difference
  readonly isHex: boolean
}): ComponentChild {
  const encoding = useStore().sheet.encoding.value
  const text = isHex ? (
    `${toHex(bytes)} `
  ) : (
    <Pieces pieces={showText(bytes, { encoding, skip: 0 })} />
  )
  if (kind === 'removed') return <del>{text}</del>
  return kind === 'added' ? <ins>{text}</ins> : text
}
