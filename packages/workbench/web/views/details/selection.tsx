import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Row } from '../../backend/decode-rows.js'
import { showCount } from '../../bytes/amounts.js'
import { checksums } from '../../bytes/checksums.js'
import { copyAs, type CopyForm, copyForms } from '../../bytes/copy-as.js'
import { readNumbers } from '../../bytes/numbers.js'
import type { ByteRange } from '../../widgets/hex-view.js'
import { useStore, useWords } from '../use-store.js'

const formNames: Readonly<Record<CopyForm, string>> = {
  hex: 'hex',
  text: 'text',
  escapes: '\\xNN',
  c: 'C',
  buffer: 'Buffer',
  base64: 'base64',
}

/** Larger ones are no message that one edits. */
const mostSent = 64 * 1024

/** The selected bytes as numbers and checksums, and in forms to copy. Without a selection, all of them. */
export function Selection({
  row,
  isComing,
  origin,
  range,
}: {
  readonly row: Row
  /** Whether its bytes are not all there that will be. */
  readonly isComing: boolean
  /** Where the first byte that is there is in the row. */
  readonly origin: number
  readonly range: ByteRange
}): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { from, to } = range
  const isAll = to <= from
  const bytes = useMemo(
    () => (isAll ? row.bytes : row.bytes.subarray(from, to)),
    [row.bytes, from, to],
  )
  const isSummed = useSignal(false)
  // Those of a megabyte take a while.
  const sums = useMemo(() => (isSummed.value ? checksums(bytes) : []), [bytes, isSummed.value])
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const copy = async (form: CopyForm): Promise<void> => {
    await store.copy(copyAs(bytes, form, store.sheet.encoding.value), words.copied)
  }
  return (
    <div class="selection">
      <p class="copy">
        <span>{words.selectedBytes(count(origin + (isAll ? 0 : from)), count(bytes.length))}</span>
        <span>{words.copyAs}</span>
        {copyForms.map((form) => (
          <button type="button" disabled={isComing} onClick={() => void copy(form)}>
            {formNames[form]}
          </button>
        ))}
        {store.session.value?.canSend === true && bytes.length <= mostSent && (
          <button
            type="button"
            disabled={isComing}
            title={words.editAndSendHint}
            onClick={() => {
              store.composer.setBytes(bytes)
              document.getElementById('composer')?.focus()
            }}
          >
            {words.editAndSend}
          </button>
        )}
      </p>
      <details>
        <summary>{words.numbers}</summary>
        <table>
          <thead>
            <tr>
              <th />
              <th>{words.little}</th>
              <th>{words.big}</th>
            </tr>
          </thead>
          <tbody>
            {readNumbers(bytes).map(({ name, little, big }) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{little ?? '–'}</td>
                <td>{big ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <details onToggle={(event) => (isSummed.value = event.currentTarget.open)}>
        <summary>{words.checksums}</summary>
        <table>
          <tbody>
            {sums.map(([name, hex]) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{hex}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  )
}
