import { SpellingError } from '../arguments/bytes/spelling-error.js'
import { adviseEscapes, readTyped, type Typed } from '../arguments/bytes/typed.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import { readLines, withoutReturn } from '../input/lines.js'
import {
  type Addressed,
  nameRecipient,
  parseRecipient,
  type Recipient,
} from '../input/recipient.js'

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
  /** Whether `\xNN` and the like in what is typed are bytes. */
  readonly escapes: boolean
  /** Called for Enter alone on a terminal. */
  readonly empty?: (() => void) | undefined
  /** Says what went wrong. */
  readonly notice: (text: string) => void
}

/** What a line ends with, where the framing has no messages of its own. */
export function terminatorOf(framing: FramingChoice, crlf: boolean): string | undefined {
  if (framing.kind !== 'raw') return undefined
  return crlf ? '\r\n' : '\n'
}

/** Sends what comes in on stdin. */
export class Typing {
  readonly #listeners: Listeners
  readonly #options: TypingOptions
  #last: Promise<void> = Promise.resolve()
  #isAdvised = false

  constructor(listeners: Listeners, options: TypingOptions) {
    this.#listeners = listeners
    this.#options = options
  }

  /** Take a line typed on the terminal: to everybody who is there now. */
  take(line: string): void {
    if (line === '') {
      this.#options.empty?.()
      return
    }
    const { to, bytes } = parseRecipient(Buffer.from(line))
    const text = Buffer.from(bytes).toString()
    const typed = this.#read(text, line.length - text.length)
    if (typed === undefined) return
    this.#last = this.#last.then(() => {
      return this.#send({ to, bytes: typed.isLine ? this.#end(typed.bytes) : typed.bytes })
    })
  }

  /** Send the lines of a pipe or a file: they wait until a client is there, as with `nc -l`. */
  async pump(input: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of readLines(input)) {
      await this.#listeners.occupied()
      const { to, bytes } = parseRecipient(line.bytes)
      await this.#send({ to, bytes: this.#complete(bytes, line.terminated) })
    }
  }

  /** @param offset where the text begins in the line */
  #read(text: string, offset: number): Typed | undefined {
    const { escapes, notice } = this.#options
    try {
      const typed = readTyped(text, escapes)
      const advice = escapes || this.#isAdvised ? undefined : adviseEscapes(text)
      if (advice !== undefined) notice(advice)
      this.#isAdvised ||= advice !== undefined
      return typed
    } catch (error) {
      if (!(error instanceof SpellingError)) throw error
      notice(`not sent: ${error.what} at character ${offset + error.at + 1}: ${error.remedy}`)
      return undefined
    }
  }

  async #send({ to, bytes }: Addressed): Promise<void> {
    const reached = await this.#listeners.send(bytes, to)
    if (reached > 0) return
    const why =
      to === undefined ? 'no client is connected' : `there is no client ${nameRecipient(to)}`
    this.#options.notice(`not sent: ${why}`)
  }

  #complete(bytes: Uint8Array, terminated: boolean): Uint8Array {
    if (!terminated) return bytes
    return this.#options.terminator === undefined ? withoutReturn(bytes) : this.#end(bytes)
  }

  #end(bytes: Uint8Array): Uint8Array {
    const { terminator } = this.#options
    return terminator === undefined ? bytes : Buffer.concat([bytes, Buffer.from(terminator)])
  }
}
