import { valueOf } from '../../callbacks.js'
import { FramingError, textOf } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import type { ByteOperations } from '../byte-operations.js'
import { frameMalformed, messageInvalid, showBytes, showText } from '../frame-errors.js'
import { checkInteger } from '../frame-limits.js'
import type { Decoder, Emit, Encoder, Framing } from '../framing.js'

const defaultMaxPrefix = 64
/** Each number of bytes is asked with: a longer prefix would cost its square. */
const largestMaxPrefix = 4096

/** How `sniff()` decides what a peer speaks. */
export interface SniffOptions<Choice> {
  /**
   * Says what the peer speaks, from the first bytes that it sent; `undefined`: more are needed. It is
   * asked with one byte, then with two, and so on, however they arrive, and gets a copy. What it
   * throws raises `HAWSER_FRAME_MALFORMED`. It must return at once.
   */
  readonly choose: (prefix: Uint8Array) => Choice | undefined
  /**
   * How many bytes `choose` gets at most. Stops a peer that never shows what it is. Default 64; 1 …
   * 4,096, with no off-value. Raises `HAWSER_FRAME_MALFORMED`.
   */
  readonly maxPrefix?: number | undefined
}

/** The names of the options in {@link SniffOptions}. */
const sniffNames: NamesOf<SniffOptions<unknown>> = {
  choose: 'function',
  maxPrefix: true,
}

/**
 * Looks at the first bytes of a peer to tell what it speaks: HTTP, TLS and a protocol of one's own on
 * one port. The only message is what `choose` returned, and it takes no byte: the program goes on
 * with `switchFraming`, and the framing it switches to reads everything from the first byte on.
 *
 * Nothing can be sent by it. For a server that greets first, `duplexFraming({ receive: sniff(…), send })`.
 *
 * @typeParam Choice what `choose` returns
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function sniff<Choice>(options: SniffOptions<Choice>): Framing<Choice, never> {
  checkOptions(options, sniffNames)
  const { choose } = options
  if (choose === undefined) {
    throw invalid('choose', 'is missing: it says what a peer speaks, from its first bytes')
  }
  const maxPrefix = checkInteger(
    'maxPrefix',
    options.maxPrefix ?? defaultMaxPrefix,
    1,
    largestMaxPrefix,
  )
  return Object.freeze({
    name: 'sniff',
    maxFrame: maxPrefix,
    // Of a chunk, all that is there stays unconsumed for the next framing: see `Decoder`.
    overhead: 0,
    createDecoder: (operations: ByteOperations): Decoder<Choice> =>
      new SniffDecoder(operations, choose, maxPrefix),
    createEncoder: (): Encoder<never> => ({ encode: refuseToSend }),
  })
}

function refuseToSend(): never {
  throw messageInvalid(
    'nothing can be sent before the peer has shown what it speaks: switchFraming',
  )
}

class SniffDecoder<Choice> implements Decoder<Choice> {
  readonly #operations: ByteOperations
  readonly #choose: (prefix: Uint8Array) => Choice | undefined
  readonly #maxPrefix: number
  /** With how many bytes it was asked last. */
  #asked = 0
  #hasChosen = false

  constructor(
    operations: ByteOperations,
    choose: (prefix: Uint8Array) => Choice | undefined,
    maxPrefix: number,
  ) {
    this.#operations = operations
    this.#choose = choose
    this.#maxPrefix = maxPrefix
  }

  decode(bytes: Uint8Array, emit: Emit<Choice>): number {
    while (!this.#hasChosen && this.#asked < bytes.length) {
      if (this.#asked === this.#maxPrefix) throw this.#noneOf(bytes)
      this.#asked++
      const choice = this.#ask(this.#operations.copy(bytes, 0, this.#asked))
      if (choice === undefined) continue
      this.#hasChosen = true
      emit(choice, 0)
    }
    if (!this.#hasChosen && this.#asked === this.#maxPrefix) throw this.#noneOf(bytes)
    return 0
  }

  #ask(prefix: Uint8Array): Choice | undefined {
    try {
      return valueOf('choose', this.#choose(prefix))
    } catch (error) {
      if (error instanceof FramingError) throw error
      throw frameMalformed(`choose refuses a peer: ${showText(textOf(error))}`, 0, error)
    }
  }

  #noneOf(bytes: Uint8Array): FramingError {
    return frameMalformed(
      `choose knows no protocol that begins with ${showBytes(bytes, 0, this.#maxPrefix)}`,
      0,
    )
  }
}
