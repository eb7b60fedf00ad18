import { batch, type ReadonlySignal, signal } from '@preact/signals'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import type { SavedMessage } from '../../src/protocol/saved.js'
import { parseEscapes, toEscapes } from '../bytes/escapes.js'
import { parseHex, toHex } from '../bytes/hex.js'
import { fromSaid, toSaid } from '../bytes/said.js'

/** Messages that the arrow keys bring back. */
const mostKept = 100

/** A message that is on its way. */
interface Sending {
  /** It went to so many. */
  readonly sent: (recipients: number) => void
  /** It is to be corrected, unless the next one is written already. */
  readonly refused: () => void
}

/** What a person is about to send: as text and as hex, which follow each other. */
export class Composer {
  readonly text = signal('')
  readonly hex = signal('')
  readonly isWrong = signal(false)
  readonly variables = signal(false)
  /** How many got what was sent last; undefined while one writes the next. */
  readonly recipients = signal<number | undefined>(undefined)
  /** The saved message that it was taken from. */
  readonly loaded = signal<SavedMessage | undefined>(undefined)
  /** What is asked for beside the message. */
  readonly extra = signal<'repeat' | 'save' | undefined>(undefined)
  readonly #encoding: ReadonlySignal<Encoding>
  #history: readonly string[] = []
  #back = 0

  /** @param encoding how its text becomes bytes */
  constructor(encoding: ReadonlySignal<Encoding>) {
    this.#encoding = encoding
  }

  /** The message; undefined for hex that is none, and for nothing. */
  get bytes(): Uint8Array | undefined {
    const bytes = parseHex(this.hex.value)
    return bytes?.length === 0 ? undefined : bytes
  }

  setText(value: string): void {
    batch(() => {
      this.text.value = value
      this.hex.value = toHex(parseEscapes(value, this.#encoding.value))
      this.isWrong.value = false
      if (value !== '') this.recipients.value = undefined
    })
  }

  setHex(value: string): void {
    const bytes = parseHex(value)
    batch(() => {
      this.hex.value = value
      this.isWrong.value = bytes === undefined
      if (bytes !== undefined) this.text.value = toEscapes(bytes, this.#encoding.value)
    })
  }

  setBytes(bytes: Uint8Array): void {
    this.setText(toEscapes(bytes, this.#encoding.value))
  }

  load(message: SavedMessage): void {
    batch(() => {
      this.setText(toEscapes(fromSaid(message), this.#encoding.value))
      this.variables.value = message.variables === true
      this.loaded.value = message
      this.extra.value = undefined
    })
  }

  /** The name of the saved message that it is; undefined when it was changed. */
  get savedName(): string | undefined {
    const loaded = this.loaded.value
    const isSame = loaded !== undefined && toHex(fromSaid(loaded)) === this.hex.value
    return isSame ? loaded.name : undefined
  }

  /** The message under a name, with what else the one has that it was taken from. */
  toMessage(name: string): SavedMessage | undefined {
    const { bytes } = this
    if (bytes === undefined) return undefined
    const { text: _text, hex: _hex, variables: _variables, ...others } = this.loaded.value ?? {}
    const more = this.variables.value ? { variables: true } : {}
    return { ...others, name, ...toSaid(bytes), ...more }
  }

  /** It is sent: the fields are empty for the next one, which is not lost when the reply comes. */
  send(): Sending {
    const { value: said } = this.text
    const { value: hex } = this.hex
    const { value: loaded } = this.loaded
    this.#history = [...this.#history.filter((each) => each !== said), said].slice(-mostKept)
    this.#back = 0
    batch(() => {
      this.recipients.value = undefined
      this.loaded.value = undefined
      this.setText('')
    })
    return {
      sent: (recipients) => {
        if (this.hex.value === '') this.recipients.value = recipients
      },
      refused: () => {
        if (this.hex.value !== '') return
        batch(() => {
          this.setText(said)
          // Read by another encoding meanwhile, it would be other bytes.
          if (this.hex.value !== hex) this.setHex(hex)
          this.loaded.value = loaded
        })
      },
    }
  }

  /** What was sent before, or after that. @returns whether there is one */
  recall(by: 1 | -1): boolean {
    const next = this.#back + by
    if (next < 0 || next > this.#history.length) return false
    this.#back = next
    this.setText(next === 0 ? '' : (this.#history.at(-next) ?? ''))
    return true
  }
}
