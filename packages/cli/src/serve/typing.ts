import { readLines, withoutReturn } from '../input/lines.js'
import { nameRecipient, parseRecipient, type Recipient } from '../input/recipient.js'

/** Those whom typed lines go to. */
export interface Listeners {
  /** Settles when a client is connected. */
  occupied(): Promise<void>
  /**
   * Send, and wait until the slowest has room for more.
   *
   * @param to undefined for all
   * @returns how many it was sent to
   */
  send(bytes: Uint8Array, to: Recipient | undefined): Promise<number>
}

/** How input becomes messages. */
export interface TypingOptions {
  /** Put behind each line, for a framing that has no messages of its own. */
  readonly terminator: string | undefined
  /** Says what went wrong. */
  readonly notice: (text: string) => void
}

/** Sends what comes in on stdin. */
export class Typing {
  readonly #listeners: Listeners
  readonly #options: TypingOptions
  #last: Promise<void> = Promise.resolve()

  constructor(listeners: Listeners, options: TypingOptions) {
    this.#listeners = listeners
    this.#options = options
  }

  /** Take a line typed on the terminal: to everybody who is there now. */
  take(line: string): void {
    if (line === '') return
    this.#last = this.#last.then(() => this.#send(Buffer.from(line), true))
  }

  /** Send the lines of a pipe or a file: they wait until somebody is there, as with `nc -l`. */
  async pump(input: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of readLines(input)) {
      await this.#listeners.occupied()
      await this.#send(line.bytes, line.terminated)
    }
  }

  async #send(line: Uint8Array, terminated: boolean): Promise<void> {
    const { to, bytes } = parseRecipient(line)
    const reached = await this.#listeners.send(this.#complete(bytes, terminated), to)
    if (reached > 0) return
    const why =
      to === undefined ? 'no client is connected' : `there is no client ${nameRecipient(to)}`
    this.#options.notice(`not sent: ${why}`)
  }

  #complete(bytes: Uint8Array, terminated: boolean): Uint8Array {
    const { terminator } = this.#options
    if (!terminated) return bytes
    if (terminator === undefined) return withoutReturn(bytes)
    return Buffer.concat([bytes, Buffer.from(terminator)])
  }
}
