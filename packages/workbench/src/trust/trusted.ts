import * as v from 'valibot'
import { UserFile } from '../user-file/user-file.js'

/** Folders that are remembered; of more, the last ones. */
const mostFolders = 1_000
/** Bytes of the file: the longest paths that many systems know. */
const mostBytes = 8 * 1024 * 1024

const Trusted = v.strictObject({
  version: v.literal(1),
  /** The paths of folders, and the hashes of their code. */
  folders: v.record(v.string(), v.string()),
})

/** Which code of which folders the user trusts. It is for the user alone to read and to write. */
export class TrustedFolders {
  readonly #file: UserFile | undefined
  /** What could not be written, and all where there is no file: undefined is not trusted any more. */
  readonly #own = new Map<string, string | undefined>()

  /** @param file where it is remembered; without one, until the process ends */
  constructor(file: string | undefined) {
    this.#file = file === undefined ? undefined : new UserFile(file, mostBytes)
  }

  async has(root: string, hash: string): Promise<boolean> {
    const trusted = this.#own.has(root) ? this.#own : await this.#read()
    return trusted.get(root) === hash
  }

  /** @returns rejects with what the system says when it cannot be written: it is trusted until the process ends */
  add(root: string, hash: string): Promise<void> {
    return this.#change(root, hash)
  }

  /** @returns rejects with what the system says when it cannot be written: it is not trusted until the process ends */
  remove(root: string): Promise<void> {
    return this.#change(root, undefined)
  }

  async #change(root: string, hash: string | undefined): Promise<void> {
    this.#own.set(root, hash)
    if (this.#file === undefined) return
    await this.#file.update(async () => {
      const folders = await this.#read()
      folders.delete(root)
      if (hash !== undefined) folders.set(root, hash)
      const kept = Object.fromEntries([...folders].slice(-mostFolders))
      return `${JSON.stringify({ version: 1, folders: kept }, undefined, 2)}\n`
    })
    // From now on the file decides: another workbench may take it back.
    if (this.#own.get(root) === hash) this.#own.delete(root)
  }

  /** What is there and is no such file trusts nothing. */
  async #read(): Promise<Map<string, string>> {
    try {
      const read = v.safeParse(Trusted, JSON.parse((await this.#file?.read()) ?? '{}'))
      return new Map(read.success ? Object.entries(read.output.folders) : [])
    } catch {
      return new Map()
    }
  }
}
