import type { ByteOperations } from '../byte-operations.js'
import { type Decoder, defaultOverhead, type Encoder, type Framing } from '../framing.js'
import {
  checkBoolean,
  checkInteger,
  checkMaxFrame,
  checkSilence,
  largestMaxFrame,
} from '../frame-limits.js'
import { invalid, show } from '../../options/invalid.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

/** The parts of a framing of your own. */
export interface FramingDefinition<In, Out = In> {
  /** A short name for people and logs. */
  readonly name: string
  /**
   * The largest frame in bytes, without its delimiter or header. The decoder raises
   * `HAWSER_FRAME_TOO_LARGE` when it first knows that a frame is larger; a connection refuses a
   * framing whose frames do not fit into its inbox.
   *
   * Default 1 MiB (1,048,576); 1 … 536,870,888, with no off-value.
   */
  readonly maxFrame?: number | undefined
  /**
   * The most bytes that a frame takes beside its message: delimiter and header together. A decoder
   * that leaves more than `maxFrame + overhead` bytes unconsumed raises `HAWSER_FRAME_TOO_LARGE`,
   * which stops a peer that never ends a frame from filling the memory of a decoder that does not
   * count.
   *
   * Default 64; 0 … 536,870,888 bytes, with no off-value.
   */
  readonly overhead?: number | undefined
  /**
   * Milliseconds without a byte after which `quiet` of the decoder is called, where a frame ends with a
   * silence. Default: none, so that silences mean nothing; 1 … 60,000.
   */
  readonly silence?: number | undefined
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

/** The names of the options in {@link FramingDefinition}. */
const definitionNames: NamesOf<FramingDefinition<unknown>> = {
  name: true,
  maxFrame: true,
  overhead: true,
  silence: true,
  decoder: true,
  encoder: true,
  perConnection: true,
}

/**
 * A framing of your own.
 *
 * @typeParam In what is received
 * @typeParam Out what is sent
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function framing<In, Out = In>(definition: FramingDefinition<In, Out>): Framing<In, Out> {
  checkOptions(definition, definitionNames)
  const { name, decoder, encoder } = definition
  if (typeof name !== 'string' || name === '') {
    throw invalid('name', `is ${show(name)}, and must be a word that says which framing it is`)
  }
  checkFunction('decoder', decoder)
  checkFunction('encoder', encoder)
  return Object.freeze({
    name,
    maxFrame: checkMaxFrame(definition.maxFrame),
    overhead: checkInteger('overhead', definition.overhead ?? defaultOverhead, 0, largestMaxFrame),
    silence:
      definition.silence === undefined ? undefined : checkSilence('silence', definition.silence),
    perConnection: checkBoolean('perConnection', definition.perConnection, false),
    createDecoder: (operations: ByteOperations): Decoder<In> => decoder(operations),
    createEncoder: (operations: ByteOperations): Encoder<Out> => encoder(operations),
  })
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return
  throw invalid(name, `is ${show(value)}, and must be a function that makes one`)
}
