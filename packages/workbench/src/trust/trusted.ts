import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

/** Folders that are remembered; of more, the last ones. */
const mostFolders = 1_000

const Trusted = v.strictObject({
  version: v.literal(1),
  /** The paths of folders, and the hashes of their code. */
  folders: v.record(v.string(), v.string()),
})

/** Which code of which folders the user trusts. It is for the user alone to read and to write. */
export class TrustedFolders {
  readonly #file: string | undefined
  /** Those of this process, and all where there is no file. */
  readonly #own = new Map<string, string>()

  /** @param file where it is remembered; without one, until the process ends */
  constructor(file: string | undefined) {
    this.#file = file
  }

  async has(root: string, hash: string): Promise<boolean> {
    return this.#own.get(root) === hash || (await this.#read()).get(root) === hash
  }

  /** @returns rejects with what the system says when it cannot be written: it is trusted until the process ends */
  async add(root: string, hash: string): Promise<void> {
    this.#own.set(root, hash)
    if (this.#file === undefined) return
    const folders = await this.#read()
    folders.delete(root)
    folders.set(root, hash)
    const kept = Object.fromEntries([...folders].slice(-mostFolders))
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
    const temporary = `${this.#file}.${randomUUID()}`
    try {
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(`${JSON.stringify({ version: 1, folders: kept }, undefined, 2)}\n`)
      } finally {
        await file.close()
      }
      await rename(temporary, this.#file)
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }

  /** What is there and is no such file trusts nothing. */
  async #read(): Promise<Map<string, string>> {
    if (this.#file === undefined) return new Map()
    try {
      const read = v.safeParse(Trusted, JSON.parse(await readFile(this.#file, 'utf8')))
      return new Map(read.success ? Object.entries(read.output.folders) : [])
    } catch {
      return new Map()
    }
  }
}
