// RESP, the protocol of Redis, versions 2 and 3, as a framing of one's own.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
import { type ByteOperations, type Decoder, type Emit, type Encoder } from 'hawser'
import { type Framing, framing, FramingError } from 'hawser'
import { putValue } from './put-value.js'
import { Push, RespError, type Value } from './values.js'

export interface RespOptions {
  /** 2 has no null, map, set, boolean or push of its own. Only what is sent depends on it. */
  readonly version?: 2 | 3
  /** Also take commands as people type them, `GET key`: for servers. Default false. */
  readonly inline?: boolean
  /** The largest value in bytes, all its parts together. Default 1 MiB. */
  readonly maxFrame?: number
}

const cr = 13
const lf = 10
const deepest = 32

/** An array, a map or another value of several parts, some of which have yet to come. */
interface Open {
  readonly type: number
  readonly items: Value[]
  readonly size: number
}

/** Values both ways. */
export function resp(options: RespOptions = {}): Framing<Value, Value> {
  const { version = 2, inline = false, maxFrame = 1024 * 1024 } = options
  return framing({
    name: `resp${version}`,
    maxFrame,
    decoder: (operations) => new RespDecoder(operations, inline, maxFrame),
    encoder: (operations): Encoder<Value> => ({
      encode: (value, output) => putValue(value, output, operations, version),
    }),
  })
}

/**
 * Goes on where it stopped: a value of many parts that comes in many pieces is read once, not once
 * for each piece.
 */
class RespDecoder implements Decoder<Value> {
  readonly #operations: ByteOperations
  readonly #inline: boolean
  readonly #maxFrame: number
  /** Values that have begun, the outermost first. */
  #open: Open[] = []
  /** How much of the present frame is read. */
  #at = 0
  /** Where the line that is being looked for ends at the earliest. */
  #scanned = 0
  /** Behind the element that was read last. */
  #next = 0
  /** The number of the header that was read last. */
  #number = 0

  constructor(operations: ByteOperations, inline: boolean, maxFrame: number) {
    this.#operations = operations
    this.#inline = inline
    this.#maxFrame = maxFrame
  }

  decode(bytes: Uint8Array, emit: Emit<Value>): number {
    let start = 0
    let at = this.#at
    while (at < bytes.length) {
      let value = this.#element(bytes, at)
      if (value === missing) break
      at = this.#next
      if (value !== begun) value = this.#close(value)
      if (at - start > this.#maxFrame) throw this.#tooLarge(at - start)
      if (value === begun) continue
      start = at
      this.#at = 0
      if (!emit(value, at)) return at
    }
    this.#at = at - start
    if (bytes.length - start > this.#maxFrame) throw this.#tooLarge(bytes.length - start)
    return start
  }

  /** The value at `at`; `begun` when parts of it follow, `missing` when more bytes have to come. */
  #element(bytes: Uint8Array, at: number): Value | typeof begun | typeof missing {
    const type = bytes[at] as number
    switch (type) {
      case 36: // $5: text
      case 61: // =15: text with a type, txt:…
      case 33: // !21: an error
        return this.#bulk(bytes, at, type)
      case 58: // :1
        return this.#header(bytes, at) ? this.#integer(bytes, at) : missing
      case 42: // *3: an array
      case 37: // %2: a map
      case 126: // ~2: a set
      case 62: // >3: a push
      case 124: // |1: attributes, which nobody asked for
        return this.#header(bytes, at) ? this.#begin(type, this.#number) : missing
      default:
        return this.#simple(bytes, at, type)
    }
  }

  #simple(bytes: Uint8Array, at: number, type: number): Value | typeof missing {
    const end = this.#operations.indexOf(bytes, lf, Math.max(at, this.#scanned))
    if (end === -1) {
      this.#scanned = bytes.length - at
      return missing
    }
    this.#scanned = 0
    this.#next = end + 1
    const from = at + 1
    const text = this.#operations.decode(bytes, from, bytes[end - 1] === cr ? end - 1 : end, 'utf8')
    if (type === 43) return text
    if (type === 45) return new RespError(text)
    if (type === 95) return null
    if (type === 35) return text === 't'
    if (type === 44) return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)
    if (type === 40 && /^-?\d+$/.test(text)) return BigInt(text)
    if (!this.#inline || this.#open.length > 0) throw malformed(`a value begins with byte ${type}`)
    const words = (String.fromCharCode(type) + text).trim()
    return words === '' ? [] : words.split(/\s+/)
  }

  #bulk(bytes: Uint8Array, at: number, type: number): Value | typeof missing {
    if (!this.#header(bytes, at)) return missing
    const size = this.#number
    if (size < 0) return null
    if (size > this.#maxFrame) throw this.#tooLarge(size)
    const from = this.#next
    const end = from + size
    if (end + 2 > bytes.length) return missing
    if (bytes[end] !== cr || bytes[end + 1] !== lf) throw malformed('a text is longer than it says')
    this.#next = end + 2
    const text = this.#operations.decode(bytes, type === 61 ? from + 4 : from, end, 'utf8')
    return type === 33 ? new RespError(text) : text
  }

  #integer(bytes: Uint8Array, at: number): Value {
    if (Number.isSafeInteger(this.#number)) return this.#number
    return BigInt(this.#operations.decode(bytes, at + 1, this.#next - 2, 'latin1'))
  }

  #begin(type: number, count: number): Value | typeof begun {
    if (count < 0) return null
    const size = type === 37 || type === 124 ? count * 2 : count
    if (size === 0 && type !== 124) return build(type, [])
    if (size > this.#maxFrame) throw this.#tooLarge(size)
    if (this.#open.length >= deepest) throw malformed(`it is nested more than ${deepest} deep`)
    if (size > 0) this.#open.push({ type, items: [], size })
    return begun
  }

  /** A part has come: what it makes whole, or `begun` when more has to come. */
  #close(part: Value): Value | typeof begun {
    let value = part
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      open.items.push(value)
      if (open.items.length < open.size) return begun
      this.#open.pop()
      if (open.type === 124) return begun
      value = build(open.type, open.items)
    }
    return value
  }

  /** Read the number behind the type; false when its line has not come whole. */
  #header(bytes: Uint8Array, at: number): boolean {
    let number = 0
    let index = at + 1
    const isNegative = bytes[index] === 45
    if (isNegative || bytes[index] === 43) index += 1
    for (; index < bytes.length; index += 1) {
      const digit = (bytes[index] as number) - 48
      if (digit >= 0 && digit <= 9) number = number * 10 + digit
      else if (bytes[index] === cr && index - at < 24) break
      else throw malformed(`a number has byte ${bytes[index]} in it`)
    }
    if (index + 1 >= bytes.length) return false
    if (bytes[index + 1] !== lf || index === at + 1)
      throw malformed('a number has no line of its own')
    this.#number = isNegative ? -number : number
    this.#next = index + 2
    return true
  }

  #tooLarge(size: number): FramingError {
    const text = `a value takes ${size} bytes or more, and maxFrame is ${this.#maxFrame}: raise maxFrame`
    return new FramingError('HAWSER_FRAME_TOO_LARGE', text, { op: 'decode' })
  }
}

const begun = Symbol('begun')
const missing = Symbol('missing')

function build(type: number, items: readonly Value[]): Value {
  if (type === 62) return new Push(items)
  if (type === 126) return new Set(items)
  if (type !== 37) return items
  const map = new Map<Value, Value>()
  for (let index = 0; index < items.length; index += 2) {
    map.set(items[index] as Value, items[index + 1] as Value)
  }
  return map
}

function malformed(what: string): FramingError {
  return new FramingError('HAWSER_FRAME_MALFORMED', `this is no RESP: ${what}`, { op: 'decode' })
}
