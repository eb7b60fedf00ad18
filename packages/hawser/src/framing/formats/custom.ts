import type { ByteOperations } from '../byte-operations.js'
import type { Decoder, Encoder, Framing } from '../framing.js'
import { checkBoolean, checkMaxFrame, invalidOption, show } from '../options.js'

/** What a framing of one's own is made of. */
export interface FramingDefinition<In, Out = In> {
  /** A short name for people and logs. */
  readonly name: string
  /**
   * The largest frame in bytes, without its delimiter or header. The decoder has to keep to it,
   * and raise `HAWSER_FRAME_TOO_LARGE`; a connection refuses a framing whose frames do not fit
   * into its inbox.
   *
   * Default 1 MiB (1,048,576); 1 … 536,870,888, with no off-value.
   */
  readonly maxFrame?: number | undefined
  /** Makes the decoder of one connection. See `Decoder` for what it has to do. */
  readonly decoder: (operations: ByteOperations) => Decoder<In>
  /** Makes an encoder. See `Encoder` for what it has to do. */
  readonly encoder: (operations: ByteOperations) => Encoder<Out>
  /**
   * The encoder keeps state between messages, so every connection needs its own, and a broadcast
   * encodes once for each of them. Default false: one encoder serves all.
   */
  readonly perConnection?: boolean | undefined
}

/**
 * A framing of one's own.
 *
 * @typeParam In what is received
 * @typeParam Out what is sent
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function framing<In, Out = In>(definition: FramingDefinition<In, Out>): Framing<In, Out> {
  const { name, decoder, encoder } = definition
  if (typeof name !== 'string' || name === '') {
    throw invalidOption(`name is ${show(name)}, and must be a word that says which framing it is`)
  }
  checkFunction('decoder', decoder)
  checkFunction('encoder', encoder)
  return Object.freeze({
    name,
    maxFrame: checkMaxFrame(definition.maxFrame),
    perConnection: checkBoolean('perConnection', definition.perConnection, false),
    createDecoder: (operations: ByteOperations): Decoder<In> => decoder(operations),
    createEncoder: (operations: ByteOperations): Encoder<Out> => encoder(operations),
  })
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return
  throw invalidOption(`${name} is ${show(value)}, and must be a function that makes one`)
}
