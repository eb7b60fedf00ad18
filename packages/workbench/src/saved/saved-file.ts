import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { SavedMessage, SavedSequence } from '../protocol/saved.js'
import type { SavedState } from '../protocol/saved-state.js'
import { WorkbenchError } from '../workbench-error.js'
import { bytesOf, mostBytes, mostItems, type SavedPlace } from './saved-items.js'

const onlyOwner = 0o600
const onlyOwnerFolder = 0o700

const SavedFile = v.strictObject({
  version: v.literal(1),
  messages: v.pipe(v.array(SavedMessage), v.maxLength(mostItems)),
  sequences: v.pipe(v.array(SavedSequence), v.maxLength(mostItems)),
})

const nothing: SavedState = { messages: [], sequences: [] }

/** A file of the user's in which they are kept. It is there as a whole or not at all. */
export class SavedFilePlace implements SavedPlace {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /**
   * @param noticed called when the file cannot be used, with what became of it: nothing is kept from before then
   * @returns never rejects
   */
  async read(noticed: (message: string) => void): Promise<SavedState> {
    try {
      return await this.#read()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return nothing
      noticed(`saved messages cannot be read: ${message}. ${await this.#setAside()}`)
      return nothing
    }
  }

  /** @returns rejects with WorkbenchError */
  async write({ messages, sequences }: SavedState): Promise<void> {
    const temporary = `${this.#file}.${process.pid}-${randomBytes(4).toString('hex')}`
    const text = `${JSON.stringify({ version: 1, messages, sequences }, undefined, 2)}\n`
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: onlyOwnerFolder })
      const handle = await open(temporary, 'wx', onlyOwner)
      try {
        await handle.writeFile(text)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, this.#file)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `it is kept only until the workbench ends: ${why}`
      throw new WorkbenchError('WORKBENCH_FAILED', message, { cause })
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }

  async #read(): Promise<SavedState> {
    const stats = await stat(this.#file)
    if (!stats.isFile()) throw new Error(`${this.#file} is no file`)
    // Indented JSON is larger than what is counted.
    if (stats.size > mostBytes * 4) throw new Error(`${this.#file} has ${stats.size} bytes`)
    const read = v.safeParse(SavedFile, JSON.parse(await readFile(this.#file, 'utf8')))
    if (read.success) {
      const { messages, sequences } = read.output
      const bytes = bytesOf({ messages, sequences })
      if (bytes <= mostBytes) return { messages, sequences }
      throw new Error(`${this.#file} has ${bytes} bytes of them, and at most ${mostBytes} may be`)
    }
    const [{ message }] = read.issues
    throw new Error(`${v.getDotPath(read.issues[0]) ?? 'the file'}: ${message}`)
  }

  /** A person may want to mend it. */
  async #setAside(): Promise<string> {
    const aside = `${this.#file}.broken`
    try {
      await rename(this.#file, aside)
      return `It was set aside as ${aside}`
    } catch {
      return `Mend or delete ${this.#file}: it is written over by what is saved next`
    }
  }
}
