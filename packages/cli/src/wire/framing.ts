import {
  checksum,
  type ChecksumOptions,
  delimited,
  dotStuffed,
  fixed,
  type Framing,
  jsonLines,
  jsonValues,
  lengthPrefixed,
  lines,
  netstring,
  OptionError,
  raw,
  silence,
  slip,
} from 'hawser'
import type { NamedChoice } from '../arguments/framing/choice.js'
import { UsageError } from '../failure.js'
import { adaptFraming, type Conversion, type Outgoing } from './adapter.js'
import { asBuffer, parseJson, readText } from './text.js'

/** Options of every framing. */
export interface WireOptions {
  /** End lines that are sent with CRLF. */
  readonly crlf: boolean
  /** The largest message, in bytes. Default 1 MiB; no matter for messages of a fixed size. */
  readonly maxFrame?: number | undefined
}

const crlfBytes = Buffer.from('\r\n')

const bytesToBytes: Conversion<Uint8Array, Uint8Array> = {
  toBytes: (message) => message,
  fromBytes: (bytes) => bytes,
}

/** A block of lines, whose last one gets the end that it lacks. */
const linesToBytes: Conversion<Uint8Array, Uint8Array> = {
  toBytes: (message) => message,
  fromBytes: (bytes) => (bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, crlfBytes])),
}

/** Latin-1 is a byte a character: lines that are not UTF-8 go through unharmed. */
const lineToBytes: Conversion<string, string> = {
  toBytes: (message) => Buffer.from(message, 'latin1'),
  fromBytes: (bytes) => asBuffer(bytes).toString('latin1'),
}

const textToBytes: Conversion<string, string> = {
  toBytes: (message) => Buffer.from(message),
  fromBytes: readText,
}

const jsonToBytes: Conversion<unknown, unknown> = {
  toBytes: (message) => Buffer.from(JSON.stringify(message)),
  fromBytes: parseJson,
}

/**
 * The library's framing for what the user chose, with bytes for messages.
 *
 * @throws UsageError when the library does not take what was chosen
 * @throws OptionError when it does not take the size
 */
export function createFraming(
  choice: NamedChoice,
  options: WireOptions,
): Framing<Uint8Array, Outgoing> {
  return inWordsOfCommand('', () => createUnexplained(choice, options))
}

function createUnexplained(
  choice: NamedChoice,
  { crlf, maxFrame }: WireOptions,
): Framing<Uint8Array, Outgoing> {
  switch (choice.kind) {
    case 'lines': {
      const options = { sendCrlf: crlf || undefined, ...choice.options, maxFrame }
      // Text that has to be UTF-8 is read as UTF-8.
      return options.invalid === undefined
        ? adaptFraming(lines({ ...options, encoding: 'latin1' }), lineToBytes)
        : adaptFraming(lines(options), textToBytes)
    }
    case 'raw':
      return adaptFraming(raw({ maxFrame }), bytesToBytes)
    case 'json':
      return adaptFraming(jsonLines<unknown>({ ...choice.options, maxFrame }), jsonToBytes)
    case 'json-values':
      return adaptFraming(jsonValues<unknown>({ ...choice.options, maxFrame }), jsonToBytes)
    case 'dots':
      return adaptFraming(dotStuffed({ maxFrame }), crlf ? linesToBytes : bytesToBytes)
    case 'length':
    case 'delim':
    case 'fixed':
    case 'netstring':
    case 'silence':
    case 'slip':
      return adaptFraming(
        addChecksum(createBinary(choice, maxFrame), choice.checksum),
        bytesToBytes,
      )
  }
}

type BinaryChoice = Extract<
  NamedChoice,
  { readonly kind: 'length' | 'delim' | 'fixed' | 'netstring' | 'silence' | 'slip' }
>

function createBinary(
  choice: BinaryChoice,
  maxFrame: number | undefined,
): Framing<Uint8Array, Uint8Array | string> {
  switch (choice.kind) {
    case 'length':
      return lengthPrefixed({ ...choice.main, ...choice.options, maxFrame })
    case 'delim':
      return delimited(choice.main, { ...choice.options, maxFrame })
    case 'fixed':
      return fixed(choice.main, choice.options)
    case 'netstring':
      return netstring({ ...choice.options, maxFrame })
    case 'silence':
      return silence({ gap: choice.main, maxFrame })
    case 'slip':
      return slip({ ...choice.options, maxFrame })
  }
}

function addChecksum(
  framing: Framing<Uint8Array, Uint8Array | string>,
  choice: ChecksumOptions | undefined,
): Framing<Uint8Array, Uint8Array | string> {
  if (choice === undefined) return framing
  return inWordsOfCommand('checksum.', () => checksum(framing, choice))
}

/** What the library says of an option is said of the same one in `--framing`. */
function inWordsOfCommand<Value>(prefix: string, make: () => Value): Value {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof OptionError) || error.option === undefined) throw error
    // That one has a flag of its own.
    if (error.option === 'maxFrame') throw error
    throw new UsageError('--framing', error.rephrase(`${prefix}${error.option}`))
  }
}
