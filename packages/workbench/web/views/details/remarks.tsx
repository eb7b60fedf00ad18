import { signal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { Row } from '../../backend/decode-rows.js'
import { toHex } from '../../bytes/hex.js'
import { useStore, useWords } from '../use-store.js'

/** A row of more bytes is no heartbeat. */
const mostHidden = 4_096

/** What is typed and not noted yet stays, as long as the page does. */
const text = signal('')

interface RemarksProps {
  readonly row: Row
  /** Whether its bytes are not all there that will be. */
  readonly isComing: boolean
}

/** What one does about a row: note something, mark it, hide those that say the same. */
export function Remarks({ row, isComing }: RemarksProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const note = async (): Promise<void> => {
    const said = text.value
    if (said.trim() === '') return
    text.value = ''
    const isNoted = await store.remarks.note(said, row.number)
    // What is typed meanwhile stays.
    if (!isNoted && text.value === '') text.value = said
  }
  const hide = (): void => {
    const { hideSame = [] } = store.sheet.filter.value
    store.filterBy({ hideSame: [...hideSame, toHex(row.bytes).replaceAll(' ', '')] })
  }
  const isMessage = row.kind === 'in' || row.kind === 'out'
  return (
    <form
      class="remarks"
      onSubmit={(event) => {
        event.preventDefault()
        void note()
      }}
    >
      <input
        type="text"
        aria-label={words.note}
        placeholder={words.noteText}
        maxLength={4_096}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit">{words.note}</button>
      <button
        type="button"
        title={`${words.bookmark} (b)`}
        onClick={() => void store.remarks.toggleBookmark()}
      >
        ★
      </button>
      {isMessage && row.length <= mostHidden && (
        <button type="button" disabled={isComing} onClick={hide}>
          {words.hideSame}
        </button>
      )}
    </form>
  )
}
