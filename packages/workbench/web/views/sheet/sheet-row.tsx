import type { ComponentChild } from 'preact'
import { flags, type Row } from '../../backend/decode-rows.js'
import { showSize } from '../../bytes/amounts.js'
import { readingOf } from '../../bytes/reading-of.js'
import { showLine } from '../../bytes/show-text.js'
import { toHex } from '../../bytes/hex.js'
import type { Words } from '../../words/words.js'
import { MarkedText } from '../marked-text.js'
import { useStore } from '../use-store.js'
import { eventText } from './event-text.js'

interface SheetRowProps {
  readonly place: number
  readonly row: Row | undefined
  readonly time: string
  /** The name of its session, where those of several are shown. */
  readonly session: string | undefined
  readonly isCurrent: boolean
  readonly isHex: boolean
  readonly isBookmarked: boolean
  readonly words: Words
  readonly onSelect: () => void
}

const nothing = { from: 0, to: 0 } as const
const arrows = { in: '←', out: '→', event: '•', lost: '⚠' } as const

/** As the list names the row that the keyboard is at. */
export function rowId(place: number): string {
  return `row-${place}`
}

/** A line of the sheet: a message, or an event between them. */
export function SheetRow(props: SheetRowProps): ComponentChild {
  const { place, row, time, session, isCurrent, isHex, isBookmarked, words, onSelect } = props
  if (row === undefined) {
    return (
      <div class="row" id={rowId(place)} role="row" aria-rowindex={place + 1}>
        <span class="cell content waiting">{words.loading}</span>
      </div>
    )
  }
  const { kind, connection, length } = row
  const isMessage = kind === 'in' || kind === 'out'
  const name = { in: words.received, out: words.sent, event: words.event, lost: words.event }[kind]
  return (
    <div
      class={`row ${kind} ${isCurrent ? 'current' : ''}`}
      id={rowId(place)}
      role="row"
      aria-rowindex={place + 1}
      aria-selected={isCurrent}
      data-row={row.number}
      onMouseDown={onSelect}
    >
      <span class="cell time" role="gridcell">
        {time}
      </span>
      <span class="cell who" role="gridcell">
        {connection === 0 ? '' : `#${connection}`}
      </span>
      {session !== undefined && (
        <span class="cell session-cell" role="gridcell" title={session}>
          {session}
        </span>
      )}
      <span class="cell direction" role="gridcell" aria-label={name} title={name}>
        {arrows[kind]}
      </span>
      <span class="cell size" role="gridcell">
        {isMessage ? showSize(length) : ''}
      </span>
      <span class="cell content" role="gridcell">
        {isBookmarked && (
          <span class="star" role="img" aria-label={words.bookmark} title={words.bookmark}>
            ★
          </span>
        )}
        {isMessage ? <Marks row={row} words={words} /> : null}
        {isMessage ? <Tags row={row} words={words} /> : null}
        {isMessage ? <Message row={row} isHex={isHex} /> : eventText(row, words)}
      </span>
    </div>
  )
}

function Message({ row, isHex }: { readonly row: Row; readonly isHex: boolean }): ComponentChild {
  const { sheet } = useStore()
  const { bytes, length, number } = row
  const found = sheet.found.value
  return (
    <>
      {isHex ? (
        toHex(bytes)
      ) : (
        <MarkedText
          bytes={bytes}
          reading={readingOf(row, sheet.encoding.value)}
          range={found?.row === number ? found : nothing}
          show={showLine}
        />
      )}
      {length > bytes.length && '…'}
    </>
  )
}

function Marks({ row, words }: { readonly row: Row; readonly words: Words }): ComponentChild {
  const marks: readonly (readonly [number, string, string])[] = [
    [flags.byHand, '✎', words.flagByHand],
    [flags.changed, '±', words.flagChanged],
    [flags.repeated, '↻', words.flagRepeated],
  ]
  return marks
    .filter(([bit]) => (row.flags & bit) !== 0)
    .map(([, mark, name]) => (
      <span class="mark" role="img" aria-label={name} title={name}>
        {mark}
      </span>
    ))
}

/** What is no message, though the sheet shows messages. */
function Tags({ row, words }: { readonly row: Row; readonly words: Words }): ComponentChild {
  const tags: readonly (readonly [number, string, string])[] = [
    [flags.incomplete, words.flagIncomplete, words.flagIncompleteWhy],
    [flags.broken, words.flagBroken, words.flagBrokenWhy],
  ]
  return tags
    .filter(([bit]) => (row.flags & bit) !== 0)
    .map(([, name, why]) => (
      <span class="tag" title={why}>
        {name}
      </span>
    ))
}
