import type { ComponentChild } from 'preact'
import type { SavedMessage, SavedSequence } from '../../../src/protocol/saved.js'
import { fromSaid } from '../../bytes/said.js'
import { showLine, tame } from '../../bytes/show-text.js'
import { Pieces } from '../../widgets/pieces.js'
import { useStore, useWords } from '../use-store.js'

interface SavedItemProps {
  readonly kind: 'message' | 'sequence'
  readonly item: SavedMessage | SavedSequence
  readonly index: number
  /** The index of the last one. */
  readonly last: number
  /** Whether all are shown, so that one can be put before another. */
  readonly isMoving: boolean
  readonly act: () => void
  readonly edit: () => void
}

/** Bytes of a message that are shown. */
const mostShown = 80
/** Messages that a key of their own sends. */
const keys = 9

export function SavedItem(props: SavedItemProps): ComponentChild {
  const { kind, item, index, last, isMoving, act, edit } = props
  const { runs } = useStore()
  const words = useWords()
  const { name, to } = item
  const button = (
    sign: string,
    label: string,
    isOff: boolean,
    done: () => void,
  ): ComponentChild => (
    <button
      type="button"
      class="quiet"
      aria-label={`${label}: ${name}`}
      title={label}
      disabled={isOff}
      onClick={done}
    >
      {sign}
    </button>
  )
  return (
    <li class="saved-item">
      <button
        type="button"
        class="saved-act"
        title={kind === 'message' ? words.send : words.play}
        onClick={act}
      >
        <span class="saved-name">
          {kind === 'message' && index < keys && <kbd>{index + 1}</kbd>}
          <strong>{tame(name)}</strong>
          {to !== undefined && <span class="quiet-text">→ {tame(to)}</span>}
        </span>
        <span class="saved-what">
          {'steps' in item ? (
            words.stepCount(String(item.steps.length), String(item.times ?? 1))
          ) : (
            <Pieces pieces={showLine(fromSaid(item).subarray(0, mostShown))} />
          )}
        </span>
      </button>
      <span class="saved-buttons">
        {button('✎', words.edit, false, edit)}
        {button('↑', words.ruleUp, !isMoving || index === 0, () => {
          void runs.move(kind, name, index - 1)
        })}
        {button('↓', words.later, !isMoving || index === last, () => {
          void runs.move(kind, name, index + 1)
        })}
        {button('×', words.removeRule, false, () => void runs.forget(kind, name))}
      </span>
    </li>
  )
}
