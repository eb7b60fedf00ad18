import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { ExportForm } from '../../../src/protocol/export-form.js'
import { useStore, useWords } from '../use-store.js'

const endings: Readonly<Record<ExportForm, string>> = {
  text: 'txt',
  jsonl: 'jsonl',
  pcapng: 'pcapng',
  hawser: 'hawser',
}

const whole = 'whole'

/** What is shown, as a file; or all of the log. */
export function ExportChoice(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const isBusy = useSignal(false)
  const save = async (chosen: string): Promise<void> => {
    isBusy.value = true
    const isWhole = chosen === whole
    const form = isWhole ? 'hawser' : (chosen as ExportForm)
    const blob = await store.export(form, isWhole)
    isBusy.value = false
    if (blob !== undefined) saveFile(blob, `hawser.${endings[form]}`)
  }
  return (
    <select
      class="export"
      aria-label={words.export}
      disabled={isBusy.value}
      value=""
      onChange={(event) => {
        const chosen = event.currentTarget.value
        event.currentTarget.value = ''
        void save(chosen)
      }}
    >
      <option value="">{words.export}</option>
      <option value="text">{words.exportText}</option>
      <option value="jsonl">{words.exportJson}</option>
      <option value="pcapng">{words.exportPackets}</option>
      <option value="hawser">{words.exportLog}</option>
      {store.sheet.isFiltered.value && <option value={whole}>{words.exportWholeLog}</option>}
    </select>
  )
}

function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser has begun to read it, and needs the address no more when it has.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
