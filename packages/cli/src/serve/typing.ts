import { readLines, withoutReturn } from '../input/lines.js'
import { parseRecipient } from '../input/recipient.js'
import type { Host } from './host.js'

/** How input becomes messages. */
export interface TypingOptions {
  /** Put behind each line, for a framing that has no messages of its own. */
  readonly terminator: string | undefined
  /** Tells whoever types what went wrong. */
  readonly notice: (text: string) => void
}

/** Sends what comes in on stdin. */
export class Typing {
  readonly #host: Host
  readonly #options: TypingOptions
  #last: Promise<void> = Promise.resolve()

  constructor(host: Host, options: TypingOptions) {
    this.#host = host
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
      await this.#host.occupied()
      await this.#send(line.bytes, line.terminated)
    }
  }

  async #send(line: Uint8Array, terminated: boolean): Promise<void> {
    const { id, bytes } = parseRecipient(line)
    const reached = await this.#host.send(this.#complete(bytes, terminated), id)
    if (reached > 0) return
    this.#options.notice(
      id === undefined ? 'not sent: no client is connected' : `not sent: there is no client @${id}`,
    )
  }

  #complete(bytes: Uint8Array, terminated: boolean): Uint8Array {
    const { terminator } = this.#options
    if (!terminated) return bytes
    if (terminator === undefined) return withoutReturn(bytes)
    return Buffer.concat([bytes, Buffer.from(terminator)])
  }
}
