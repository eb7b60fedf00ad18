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
  /** `decode`, where only one message may take no byte; not `end`. */
  readonly isDecoding: boolean
  /** A message was emitted that takes no byte. */
  peeked: boolean
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
    if (end === 0) run.peeked = true
    // Another one without a byte could be followed by as many as it likes.
    run.least = end === 0 && run.isDecoding ? 1 : end
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
  /** A message was emitted that takes no byte, and no byte was consumed since. */
  #peeked = false
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
   * @param isQuiet nothing has come for a while: as `Decoder.quiet`, where the decoder has one
   * @throws FramingError `HAWSER_FRAME_TOO_LARGE` when the decoder leaves more unconsumed than a
   *   frame may have, `HAWSER_DECODER_INVALID` when it breaks its contract
   */
  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean, isQuiet = false): number {
    const { length } = bytes
    const outer = run
    const own = startRun(emit, length, this.#peeked ? 1 : 0, true)
    let consumed: number
    run = own
    try {
      const decoder = this.#decoder
      consumed =
        isQuiet && decoder.quiet !== undefined
          ? decoder.quiet(bytes, pass, owned)
          : decoder.decode(bytes, pass, owned)
    } finally {
      run = outer
    }
    this.stopped = own.stopped
    const { last, stopped } = own
    // Written so that NaN and `undefined` fail.
    const isSound = consumed >= last && consumed <= length && Number.isInteger(consumed)
    if (!isSound || (stopped && consumed !== last)) own.breach ??= describeReturned(consumed, own)
    const isLook = own.peeked && last === 0
    // A frame that has bytes, and says that it ends in front of them.
    if (isLook && consumed > 0) own.breach ??= describeEmitted(0, own)
    if (own.breach !== undefined) throw decoderInvalid(this.#framing.name, own.breach)
    this.#peeked = consumed === 0 && (this.#peeked || own.peeked)
    // Behind a look, what is there is for the framing that is switched to.
    if (!stopped && !isLook) this.#checkRest(length - consumed)
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
    const own = startRun(emit, rest.length, 0, false)
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

function startRun(emit: Emit<never>, size: number, least: number, isDecoding: boolean): Run {
  return {
    emit,
    size,
    isDecoding,
    least,
    peeked: false,
    last: 0,
    stopped: false,
    breach: undefined,
  }
}

function describeEmitted(end: unknown, { size, isDecoding, least, last, stopped }: Run): string {
  if (stopped) return `emitted a frame after emit had returned false at byte ${last}`
  const first = isDecoding ? Math.max(1, least) : least
  return `emitted a frame that ends at byte ${show(end)}, and ${first} … ${size} are possible`
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
