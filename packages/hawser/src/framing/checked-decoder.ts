import { ignore, isThenable } from '../promises.js'
import type { ByteOperations } from './byte-operations.js'
import { decoderInvalid, restTooLarge } from './frame-errors.js'
import { type Decoder, defaultOverhead, type Emit, type Framing } from './framing.js'
import { show } from '../options/invalid.js'

/** One call of a decoder, as far as it has come. */
interface Run {
  /** Where the frames go. */
  readonly emit: Emit<never>
  /** How many bytes the decoder was given. */
  readonly size: number
  /** The smallest `end` that the next frame may have. */
  least: number
  /** Where the last frame ended that was emitted. */
  last: number
  /** `emit` returned false. */
  stopped: boolean
  /** What the decoder did that it must not. */
  breach: string | undefined
}

// Decoding is synchronous, so one emit function serves all decoders: none needs a closure.
let run: Run | undefined

/** What a decoder calls for each frame. */
function pass(message: unknown, end: number): boolean {
  // A decoder that kept `emit` and calls it later has no place where its frames could go.
  if (run === undefined) return false
  // Written so that NaN and `undefined` fail.
  if (end >= run.least && end <= run.size && Number.isInteger(end) && !run.stopped) {
    run.least = end
    run.last = end
    if (run.emit(message as never, end)) return true
  } else {
    run.breach ??= describeEmitted(end, run)
  }
  run.stopped = true
  return false
}

/**
 * The decoder of one connection, as its framing makes it.
 *
 * @throws FramingError `HAWSER_DECODER_INVALID` when the framing makes a promise of one
 */
export function makeDecoder<In>(
  framing: Framing<In, never>,
  operations: ByteOperations,
): Decoder<In> {
  const made = framing.createDecoder(operations)
  if (!isThenable(made)) return made
  made.then(undefined, ignore)
  throw decoderInvalid(
    framing.name,
    'is a promise of one, and is needed at once: the function that makes it cannot be async',
  )
}

/**
 * A framing's decoder, held to its contract: one of a user's own may return nothing, emit a frame
 * past the bytes it has, or never find an end. Each of these would otherwise show up later, as
 * frames that are lost or memory that grows.
 */
export class CheckedDecoder<In> {
  /** Whether `emit` returned false in the last `decode`. */
  stopped = false
  readonly #framing: Framing<In, never>
  readonly #decoder: Decoder<In>

  constructor(framing: Framing<In, never>, operations: ByteOperations) {
    this.#framing = framing
    this.#decoder = makeDecoder(framing, operations)
  }

  /** As `Decoder.skipped`. */
  get skipped(): number {
    return this.#decoder.skipped ?? 0
  }

  /**
   * As `Decoder.decode`.
   *
   * @throws FramingError `HAWSER_FRAME_TOO_LARGE` when the decoder leaves more unconsumed than a
   *   frame may have, `HAWSER_DECODER_INVALID` when it breaks its contract
   */
  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number {
    const { length } = bytes
    const outer = run
    // Each frame moves on by a byte at least: a decoder that did not would emit for ever.
    const own: Run = { emit, size: length, least: 1, last: 0, stopped: false, breach: undefined }
    let consumed: number
    run = own
    try {
      consumed = this.#decoder.decode(bytes, pass, owned)
    } finally {
      run = outer
    }
    this.stopped = own.stopped
    const { last, stopped } = own
    // Written so that NaN and `undefined` fail.
    const isSound = consumed >= last && consumed <= length && Number.isInteger(consumed)
    if (!isSound || (stopped && consumed !== last)) own.breach ??= describeReturned(consumed, own)
    if (own.breach !== undefined) throw decoderInvalid(this.#framing.name, own.breach)
    if (!stopped) this.#checkRest(length - consumed)
    return consumed
  }

  /**
   * As `Decoder.end`.
   *
   * @returns false when the decoder has no `end`
   * @throws FramingError `HAWSER_DECODER_INVALID` when it breaks its contract
   */
  end(rest: Uint8Array, emit: Emit<In>): boolean {
    if (this.#decoder.end === undefined) return false
    const outer = run
    const size = rest.length
    const own: Run = { emit, size, least: 0, last: 0, stopped: false, breach: undefined }
    run = own
    try {
      const returned: unknown = this.#decoder.end(rest, pass)
      if (isThenable(returned)) own.breach ??= describePromise(' from end', 'nothing', returned)
    } finally {
      run = outer
    }
    if (own.breach !== undefined) throw decoderInvalid(this.#framing.name, own.breach)
    return true
  }

  #checkRest(rest: number): void {
    const { name, maxFrame, overhead = defaultOverhead } = this.#framing
    if (rest > maxFrame + overhead) throw restTooLarge(name, rest, maxFrame, overhead)
  }
}

function describeEmitted(end: unknown, { size, least, last, stopped }: Run): string {
  if (stopped) return `emitted a frame after emit had returned false at byte ${last}`
  return `emitted a frame that ends at byte ${show(end)}, and ${least} … ${size} are possible`
}

function describeReturned(consumed: unknown, { size, last, stopped }: Run): string {
  if (isThenable(consumed)) {
    return describePromise('', 'the number of bytes consumed', consumed)
  }
  const returned = `returned ${show(consumed)} as the number of bytes consumed`
  if (stopped) return `${returned}, and emit had returned false at byte ${last}`
  return `${returned}, and ${last} … ${size} are possible`
}

function describePromise(where: string, wanted: string, promise: PromiseLike<unknown>): string {
  // It may reject later, which must not end the process.
  promise.then(undefined, ignore)
  return `returned a promise${where}, and must return ${wanted} at once`
}
