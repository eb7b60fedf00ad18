import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import { showSize } from '../../bytes/amounts.js'
import { useStore, useWords } from '../use-store.js'

/** What fields can hold that one edits. */
const mostRead = 64 * 1024

/** Puts what is in a file into the message. */
export function FileChoice(): ComponentChild {
  const { composer, notices } = useStore()
  const words = useWords()
  const input = useRef<HTMLInputElement>(null)
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    if (file.size > mostRead) {
      notices.say('error', words.fileTooLarge(showSize(file.size), showSize(mostRead)))
      return
    }
    try {
      composer.setBytes(new Uint8Array(await file.arrayBuffer()))
    } catch (error) {
      notices.say('error', error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <button type="button" class="quiet file-choice" onClick={() => input.current?.click()}>
        {words.fromFile}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? []
          // The same one can be chosen again.
          void read(file).then(() => (input.current ? (input.current.value = '') : undefined))
        }}
      />
    </>
  )
}
