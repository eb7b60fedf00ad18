import { unwatchFile, watchFile } from 'node:fs'
import type { HawserError } from '../../errors.js'
import type { TlsServerOptions } from '../../tls.js'
import { ServerTls } from './server-tls.js'

/** Milliseconds between looks at a file that is watched. */
const interval = 1_000

/** The certificates in use, which may be replaced while connections come in. */
export class TlsStore {
  #current: ServerTls | undefined
  #watched: readonly string[] = []
  readonly #failed: (error: HawserError) => void
  readonly #reload = (): void => {
    try {
      this.reload()
    } catch (error) {
      this.#failed(error as HawserError)
    }
  }

  /**
   * @param failed told when files have changed to something that cannot be used
   * @throws OptionError when the options cannot be used
   */
  constructor(options: TlsServerOptions | undefined, failed: (error: HawserError) => void) {
    this.#failed = failed
    if (options !== undefined) this.#current = new ServerTls(options)
  }

  /** What new connections get; undefined where there is no TLS. */
  get current(): ServerTls | undefined {
    return this.#current
  }

  /**
   * Use these from the next connection on.
   *
   * @throws OptionError when they cannot be used; then what was there stays
   */
  replace(options: TlsServerOptions): void {
    this.#current = new ServerTls(options)
    if (this.#watched.length === 0) return
    this.unwatch()
    this.watch()
  }

  /**
   * Read the files again.
   *
   * @throws OptionError when they cannot be used; then what was there stays
   */
  reload(): void {
    if (this.#current !== undefined) this.#current = new ServerTls(this.#current.options)
  }

  /** Look at the files from time to time, if that was asked for. Idempotent. */
  watch(): void {
    const current = this.#current
    if (current?.options.watch !== true || this.#watched.length > 0) return
    this.#watched = current.files
    // Polled, because certificates are often swapped by a link above them, which inotify(7) misses.
    for (const file of this.#watched) {
      watchFile(file, { interval, persistent: false }, this.#reload)
    }
  }

  /** Look no more. */
  unwatch(): void {
    for (const file of this.#watched) unwatchFile(file, this.#reload)
    this.#watched = []
  }
}
