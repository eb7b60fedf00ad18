import { batch, useSignal, useSignalEffect } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { flags, type Row } from '../../backend/decode-rows.js'
import { showClock, showCount, showSize } from '../../bytes/amounts.js'
import { readingOf } from '../../bytes/reading-of.js'
import { decodeText, type Reading } from '../../bytes/split-text.js'
import { cutLines, type Piece, showText } from '../../bytes/show-text.js'
import { type ByteRange, HexView } from '../../widgets/hex-view.js'
import { TabList } from '../../widgets/tab-list.js'
import { Pieces } from '../../widgets/pieces.js'
import type { Words } from '../../words/words.js'
import { MarkedText } from '../marked-text.js'
import { useStore, useWords } from '../use-store.js'
import { OnlyButton } from '../connections/only-button.js'
import { Comparison } from './comparison.js'
import { HexPart } from './hex-part.js'
import { Remarks } from './remarks.js'
import { Selection } from './selection.js'

/** Bytes of a row that are looked at together; as hex, of a larger one any part is. */
const mostLookedAt = 64 * 1024
const mostInHex = 1024 * 1024

type Form = 'text' | 'hex' | 'json' | 'compare'
const nothing: ByteRange = { from: 0, to: 0 }

/** The selected row, looked at closely. */
export function DetailsPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  /** With the bytes that were asked for last. */
  const row = useSignal<Row | undefined>(undefined)
  const form = useSignal<Form>('text')
  const range = useSignal(nothing)
  /** Whether those bytes are still on their way. */
  const isComing = useSignal(false)
  /** Where the bytes begin that are to be looked at as hex, and those that are there. */
  const origin = useSignal(0)
  const shownFrom = useSignal(0)
  /** What others are compared with. */
  const base = useSignal<Row | undefined>(undefined)

  useSignalEffect(() => {
    void store.sheet.selected.value
    origin.value = 0
  })
  useSignalEffect(() => {
    const number = store.sheet.selected.value
    const isHex = form.value === 'hex'
    const from = isHex ? origin.value : 0
    // What was asked of a view that is closed does not come.
    void store.sheet.opened.value
    if (row.peek()?.number !== number || shownFrom.peek() !== from) range.value = nothing
    if (row.peek()?.number !== number) {
      // Until all of it comes, what the sheet has of it is shown: what one does is about the row that one has chosen.
      batch(() => {
        const known = number === undefined ? undefined : store.sheet.current(number)
        row.value = known
        isComing.value = known !== undefined && known.bytes.length < known.length
        shownFrom.value = 0
      })
    }
    if (number === undefined) return
    store.sheet.bytes(number, from, isHex ? mostInHex : mostLookedAt).then(
      (found) => {
        // Of what others are compared with, the sheet may have had less.
        if (found !== undefined && !isHex && base.peek()?.number === number) base.value = found
        const isWanted = form.peek() === 'hex' ? origin.peek() === from : from === 0
        // Messages that are cut anew, of a view that was just opened, are not there yet.
        if (found === undefined || store.sheet.selected.peek() !== number || !isWanted) return
        batch(() => {
          row.value = found
          isComing.value = false
          shownFrom.value = from
        })
      },
      () => undefined,
    )
  })

  // What was found is selected, until one selects other bytes.
  useSignalEffect(() => {
    const found = store.sheet.found.value
    if (found === undefined || found.row !== row.value?.number || shownFrom.value > 0) return
    range.value = { from: Math.max(found.from, 0), to: found.to }
  })

  const encoding = store.sheet.encoding.value
  const shown = row.value
  const { selected, place } = store.sheet
  if (shown === undefined || shown.number !== selected.value) {
    const isAny = (selected.value ?? place.value) !== undefined
    return <p class="hint">{isAny ? words.loading : words.nothingSelected}</p>
  }
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const forms: readonly Form[] = ['text', 'hex', 'json', 'compare']
  return (
    <div class="details">
      <p class="facts">
        <strong>
          {(store.sheet.isOfMessages.value ? words.message : words.row)(count(shown.number))}
        </strong>{' '}
        {showClock(shown.time)} {shown.connection > 0 && `#${shown.connection}`}{' '}
        {showSize(shown.length)} <Flags row={shown} words={words} />
        {shown.connection > 0 && <OnlyButton connection={shown.connection} />}
      </p>
      <Remarks row={shown} isComing={isComing.value} />
      <TabList
        label={words.shownAs}
        tabs={forms}
        nameOf={(each) => words[each]}
        chosen={form.value}
        onChoose={(each) => {
          form.value = each
          if (each === 'compare') base.value ??= shown
        }}
      >
        {shown.bytes.length < shown.length && form.value !== 'hex' && (
          <span class="partial">{words.firstBytes(showSize(shown.bytes.length))}</span>
        )}
      </TabList>
      <div class="details-body" role="tabpanel" aria-label={words[form.value]}>
        {form.value === 'text' && (
          <pre class="text">
            <MarkedText
              bytes={shown.bytes}
              reading={readingOf(shown, encoding)}
              range={range.value}
              show={showText}
            />
          </pre>
        )}
        {form.value === 'json' && (
          <pre class="text">
            <Pieces pieces={prettyJson(shown.bytes, readingOf(shown, encoding))} />
          </pre>
        )}
        {form.value === 'compare' && (
          <Comparison
            before={base.value ?? shown}
            after={shown}
            onRestart={() => (base.value = shown)}
          />
        )}
        {form.value === 'hex' && <HexPart row={shown} origin={origin} size={mostInHex} />}
        {form.value === 'hex' && (
          <HexView
            key={`${shown.number} ${shownFrom.value}`}
            bytes={shown.bytes}
            origin={shownFrom.value}
            label={words.hex}
            range={range.value}
            onRange={(next) => (range.value = next)}
          />
        )}
      </div>
      <Selection
        row={shown}
        isComing={isComing.value}
        origin={shownFrom.value}
        range={range.value}
      />
    </div>
  )
}

function Flags({ row, words }: { readonly row: Row; readonly words: Words }): ComponentChild {
  const names: readonly (readonly [number, string])[] = [
    [flags.tls, words.flagTls],
    [flags.changed, words.flagChanged],
    [flags.byHand, words.flagByHand],
    [flags.repeated, words.flagRepeated],
    [flags.incomplete, words.flagIncompleteWhy],
    [flags.broken, words.flagBrokenWhy],
  ]
  return names
    .filter(([bit]) => (row.flags & bit) !== 0)
    .map(([, name]) => <span class="flag">{name}</span>)
}

function prettyJson(bytes: Uint8Array, reading: Reading): Piece[] {
  try {
    const text = decodeText(bytes, reading.encoding)
    return cutLines(JSON.stringify(JSON.parse(text), null, 2))
  } catch {
    return showText(bytes, reading)
  }
}
