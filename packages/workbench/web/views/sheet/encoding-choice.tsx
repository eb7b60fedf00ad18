import type { ComponentChild } from 'preact'
import { type Encoding, encodings } from '../../../src/protocol/text/encoding.js'
import { useStore, useWords } from '../use-store.js'

const names: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  gbk: 'GBK',
  latin1: 'Latin-1',
  'utf-16le': 'UTF-16LE',
}

/** By which encoding the text of the session is read, looked for and sent. */
export function EncodingChoice(): ComponentChild {
  const store = useStore()
  const words = useWords()
  return (
    <select
      aria-label={words.encoding}
      title={words.encodingHelp}
      value={store.sheet.encoding.value}
      onChange={(event) => store.readAs(event.currentTarget.value as Encoding)}
    >
      {encodings.map((encoding) => (
        <option value={encoding}>{names[encoding]}</option>
      ))}
    </select>
  )
}
