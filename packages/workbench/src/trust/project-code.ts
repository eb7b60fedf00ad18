import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CodeState } from '../protocol/project.js'
import { WorkbenchError } from '../workbench-error.js'
import { type Code, codeFolder, readCode } from './code-files.js'
import type { TrustedFolders } from './trusted.js'

/** Code that may run, as it was when it was looked at. */
export interface AllowedCode {
  readonly url: string
  readonly looked: {
    /** Its URL, with a slash at its end. */
    readonly folder: string
    /** By the URLs of the files. */
    readonly hashes: Readonly<Record<string, string>>
  }
}

/** The code of a project: what there is, and whether it may run. */
export class ProjectCode {
  readonly #root: string
  readonly #trusted: TrustedFolders
  #isTrustedHere: boolean
  /** Aborted when what was trusted is not any more. */
  #revoked = new AbortController()
  #state: CodeState | undefined
  /** All of it is read each time, so that it is done one after the other: a thousand sessions may be started at once. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param isTrustedHere whether it may run whatever it is, as long as the process runs: `--trust` */
  constructor(root: string, trusted: TrustedFolders, isTrustedHere: boolean) {
    this.#root = root
    this.#trusted = trusted
    this.#isTrustedHere = isTrustedHere
  }

  /** As it was when it was last read; undefined where there is none. */
  get state(): CodeState | undefined {
    return this.#state
  }

  /** Of code that is allowed now: it is aborted, with an Error that says why, when the trust is taken back. */
  get revoked(): AbortSignal {
    return this.#revoked.signal
  }

  /** Look at the files again. Never rejects. */
  async read(): Promise<void> {
    try {
      const code = await this.#readCode()
      this.#state = code && {
        files: code.files,
        hash: code.hash,
        isTrusted: await this.#isTrusted(code),
      }
    } catch (error) {
      const { message } = error as Error
      this.#state = { files: [], hash: '', isTrusted: false, error: message }
    }
  }

  /**
   * Trust the code from now on.
   *
   * @param hash that of the code that the user was shown
   * @returns rejects with WorkbenchError when it is not that any more
   */
  async trust(hash: string): Promise<void> {
    const code = await this.#readCode()
    if (code === undefined || code.hash !== hash) {
      await this.read()
      throw refused('the code was changed meanwhile: look at it again, and then trust it')
    }
    try {
      await this.#trusted.add(this.#root, hash)
    } finally {
      await this.read()
    }
  }

  /**
   * Trust no code of the folder any more. What of it runs is told so by `revoked`.
   *
   * @returns rejects with what the system says when it cannot be remembered: it is not trusted until the process ends
   */
  async untrust(): Promise<void> {
    this.#isTrustedHere = false
    const removed = this.#trusted.remove(this.#root)
    // What is allowed from here on has its own signal, and is asked about in what is remembered.
    const revoked = this.#revoked
    this.#revoked = new AbortController()
    revoked.abort(new Error('its folder is not trusted any more'))
    try {
      await removed
    } finally {
      await this.read()
    }
  }

  /**
   * Look whether code may run, as it is now.
   *
   * @param name a file of `responders/`
   * @returns its URL, and the hashes of all that was looked at; rejects with WorkbenchError when it may not
   */
  async allow(name: string): Promise<AllowedCode> {
    const code = await this.#readCode()
    const file = `${codeFolder}/${name}`
    if (code === undefined || !code.files.includes(file)) {
      throw new WorkbenchError('WORKBENCH_NOT_FOUND', `there is no ${file} in the folder`)
    }
    if (await this.#isTrusted(code)) {
      const urlOf = (path: string): string => pathToFileURL(join(this.#root, path)).href
      const hashes = Object.fromEntries([...code.hashes].map(([each, hash]) => [urlOf(each), hash]))
      return { url: urlOf(file), looked: { folder: `${urlOf(codeFolder)}/`, hashes } }
    }
    throw refused(
      `${file} is code, and this folder is not trusted: read it, and trust the folder in the page, or with hawser run --trust`,
    )
  }

  #readCode(): Promise<Code | undefined> {
    const turn = this.#last.then(() => readCode(this.#root))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #isTrusted({ hash }: Code): Promise<boolean> {
    return this.#isTrustedHere || this.#trusted.has(this.#root, hash)
  }
}

function refused(text: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}
