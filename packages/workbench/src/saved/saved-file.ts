import { rename } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import { SavedMessage, SavedSequence } from '../protocol/saved.js'
import type { SavedState } from '../protocol/saved-state.js'
import { UserFile } from '../user-file/user-file.js'
import { WorkbenchError } from '../workbench-error.js'
import { mergeSaved } from './merge-saved.js'
import { bytesOf, mostBytes, mostItems, type SavedPlace } from './saved-items.js'

const SavedFile = v.strictObject({
  version: v.literal(1),
  messages: v.pipe(v.array(SavedMessage), v.maxLength(mostItems)),
  sequences: v.pipe(v.array(SavedSequence), v.maxLength(mostItems)),
})

const nothing: SavedState = { messages: [], sequences: [] }

/** A file of the user's in which they are kept. Several workbenches may write to it. */
export class SavedFilePlace implements SavedPlace {
  readonly #file: UserFile
  readonly #noticed: (message: string) => void

  /** @param noticed called when the file cannot be used, with what became of it: nothing is kept from before then */
  constructor(file: string, noticed: (message: string) => void) {
    // Indented JSON is larger than what is counted.
    this.#file = new UserFile(file, mostBytes * 4)
    this.#noticed = noticed
  }

  /** @returns never rejects */
  async read(): Promise<SavedState> {
    return (await this.#read()) ?? nothing
  }

  /** @returns rejects with WorkbenchError */
  async write(state: SavedState, before: SavedState): Promise<SavedState> {
    let written = state
    try {
      await this.#file.update(async () => {
        const there = await this.#read()
        written = there === undefined ? state : mergeSaved(before, state, there)
        if (isDeepStrictEqual(written, state)) written = state
        else assertFits(written)
        const { messages, sequences } = written
        return `${JSON.stringify({ version: 1, messages, sequences }, undefined, 2)}\n`
      })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `it is kept only until the workbench ends: ${why}`
      throw new WorkbenchError('WORKBENCH_FAILED', message, { cause })
    }
    return written
  }

  /** @returns undefined where there is none, or what is there is none */
  async #read(): Promise<SavedState | undefined> {
    try {
      const text = await this.#file.read()
      return text === undefined ? undefined : parse(text)
    } catch (error) {
      const { message } = error as Error
      this.#noticed(`saved messages cannot be read: ${message}. ${await this.#setAside()}`)
      return undefined
    }
  }

  /** A person may want to mend it. */
  async #setAside(): Promise<string> {
    const { path } = this.#file
    const aside = `${path}.broken`
    try {
      await rename(path, aside)
      return `It was set aside as ${aside}`
    } catch {
      return `Mend or delete ${path}: it is written over by what is saved next`
    }
  }
}

/** @throws with what is wrong with it */
function parse(text: string): SavedState {
  const read = v.safeParse(SavedFile, JSON.parse(text), { abortEarly: true })
  if (!read.success) {
    const [{ message }] = read.issues
    throw new Error(`${v.getDotPath(read.issues[0]) ?? 'the file'}: ${message}`)
  }
  const { messages, sequences } = read.output
  assertFits({ messages, sequences })
  return { messages, sequences }
}

function assertFits(state: SavedState): void {
  const bytes = bytesOf(state)
  const { messages, sequences } = state
  if (bytes > mostBytes) {
    throw new Error(`there are ${bytes} bytes of them, and at most ${mostBytes} may be`)
  }
  const most = Math.max(messages.length, sequences.length)
  if (most > mostItems)
    throw new Error(`there are ${most} of them, and at most ${mostItems} may be`)
}
