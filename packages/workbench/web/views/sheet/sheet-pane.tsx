import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import type { Row } from '../../backend/decode-rows.js'
import { showClock, showCount, showSpan } from '../../bytes/amounts.js'
import { VirtualList } from '../../widgets/virtual-list.js'
import { useStore, useWords } from '../use-store.js'
import { ColumnHeads } from './column-heads.js'
import { sessionName } from './session-name.js'
import { rowId, SheetRow } from './sheet-row.js'
import { Toolbar } from './toolbar.js'

const rowHeight = 22
const none: ReadonlySet<number> = new Set()

/** One continuous list of messages and the events between them. */
export function SheetPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { sheet, settings } = store
  // What is drawn changes with it.
  void sheet.arrivals.value
  const size = sheet.size.value
  const isFollowing = sheet.isFollowing.value
  const seen = useRef(0)
  const lookedThrough = useRef(0)
  const opened = sheet.opened.value
  // What a filter finds in what is there already is not new.
  if (isFollowing || lookedThrough.current !== opened) seen.current = size
  const { value: total } = sheet.total
  if (total > 0 && sheet.scanned.value >= total) lookedThrough.current = opened
  const fresh = size - seen.current
  const first = useSignal(0)
  const form = settings.time.value
  const isMixed = store.connections.isMixed.value
  // Messages have numbers of their own.
  const bookmarked = sheet.isOfMessages.value ? none : store.remarks.marks.bookmarked.value
  const timeOf = (row: Row | undefined, at: number): string => {
    // One that is not there any more has no time.
    if (row === undefined || row.time === 0) return ''
    if (form === 'clock') return showClock(row.time)
    const from = { relative: 0, delta: Math.max(0, at - 1), selected: sheet.place.value }[form]
    const before = from === undefined ? undefined : sheet.at(from)
    return before === undefined ? '' : showSpan(row.time - before.time)
  }
  return (
    <section class={`pane sheet ${isMixed ? 'mixed' : ''}`} aria-label={words.sheet}>
      <Toolbar first={first} />
      <ColumnHeads />
      {size === 0 ? (
        <EmptySheet />
      ) : (
        <VirtualList
          count={size}
          rowHeight={rowHeight}
          label={words.sheet}
          isFollowing={isFollowing}
          onScrolled={(isAtEnd) => (sheet.isFollowing.value = isAtEnd)}
          jump={sheet.jump.value}
          current={sheet.place.value}
          onMove={(at) => sheet.select(at)}
          idOf={rowId}
          first={first}
          row={(at) => {
            const row = sheet.at(at)
            return (
              <SheetRow
                key={at}
                place={at}
                row={row}
                time={timeOf(row, at)}
                session={isMixed ? sessionName(store, row, words) : undefined}
                isCurrent={row !== undefined && row.number === sheet.selected.value}
                isHex={store.isHex.value}
                isBookmarked={row !== undefined && bookmarked.has(row.number)}
                words={words}
                onSelect={() => sheet.select(at)}
              />
            )
          }}
        />
      )}
      {!isFollowing && size > 0 && (
        <button type="button" class="newest" onClick={() => (sheet.isFollowing.value = true)}>
          ↓ {fresh > 0 ? words.newRows(showCount(fresh, settings.language.value)) : words.newest}
        </button>
      )}
    </section>
  )
}

function EmptySheet(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { scanned, total } = store.sheet
  if (store.isNarrowed.value) {
    // That there is none is not known before all was looked at.
    return scanned.value < total.value ? null : <p class="hint large">{words.emptyFiltered}</p>
  }
  if (store.sessions.value.length === 0) {
    return (
      <div class="hint large">
        <p>{words.emptyBench}</p>
        <button type="button" class="main" onClick={() => (store.dialog.value = { name: 'start' })}>
          {words.startTitle}
        </button>
      </div>
    )
  }
  const session = store.session.value
  const address = session?.definition.kind === 'server' ? session.addresses[0] : undefined
  const [, host = '127.0.0.1', port = ''] = /^(.*):(\d+)$/.exec(address ?? '') ?? []
  return (
    <p class="hint large">
      {address === undefined ? words.empty : words.emptyServer(`telnet ${host} ${port}`)}
    </p>
  )
}
