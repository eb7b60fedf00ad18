import type { HawserError } from '../../errors.js'
import type { TlsServerOptions } from '../../tls.js'
import { FileWatch, takeSnapshot } from './file-watch.js'
import { ServerTls, serverFiles } from './server-tls.js'

/** The certificates in use, which may be replaced while connections come in. */
export class TlsStore {
  #current: ServerTls | undefined
  /** How the files were before they were read. */
  #seen = ''
  #watch: FileWatch | undefined
  #isServing = false
  readonly #failed: (error: HawserError) => void

  /**
   * @param failed told when files have changed to something that cannot be used
   * @throws OptionError when the options cannot be used
   */
  constructor(options: TlsServerOptions | undefined, failed: (error: HawserError) => void) {
    this.#failed = failed
    if (options !== undefined) this.#load(options)
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
    this.#load(options)
    if (this.#isServing) this.watch()
  }

  /** Look at the files from time to time, if that was asked for, until `unwatch`. */
  watch(): void {
    this.unwatch()
    this.#isServing = true
    const options = this.#current?.options
    if (options?.watch !== true) return
    this.#watch = new FileWatch(serverFiles(options), this.#seen, () => {
      try {
        this.#load(options)
      } catch (error) {
        this.#failed(error as HawserError)
      }
    })
  }

  /** Look no more. */
  unwatch(): void {
    this.#isServing = false
    this.#watch?.stop()
    this.#watch = undefined
  }

  #load(options: TlsServerOptions): void {
    const seen = options.watch === true ? takeSnapshot(serverFiles(options)) : ''
    this.#current = new ServerTls(options)
    this.#seen = seen
  }
}
