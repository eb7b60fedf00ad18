import { deepStrictEqual } from 'node:assert/strict'
import { encodeFrame, encoderOf } from '../../connection/out/encode-frame.js'
import { textOf } from '../../errors.js'
import { checkInteger } from '../../framing/frame-limits.js'
import type { Framing } from '../../framing/framing.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import { escapeBytes } from '../escape.js'
import { joinBytes } from '../join-bytes.js'
import { ExpectationError } from '../peer/expectation-error.js'
import { countingOperations } from './counting-operations.js'
import { decodePieces, deliveries, type Delivery, type Outcome } from './decode-pieces.js'
import { garbageOf, seeded } from './garbage.js'

/** So many cuts at each end of a stream are tried: a longer one would take too long. */
const mostCuts = 1024
/** How often a decoder may look at each byte by its operations, and how many more it may look at. */
const mostLooks = 8
const looksBeside = 8192
/** Stands for one, where it means something. */
const silence = new Uint8Array(0)
const [plainly] = deliveries as [Delivery]

/** A message that is sent, or bytes that arrive, and what comes of it. */
export interface FramingSample<In, Out> {
  /** A message: its bytes are what the framing's encoder makes of it. */
  readonly send?: Out
  /** Bytes of a peer, in the place of `send`. They are whole frames. */
  readonly bytes?: Uint8Array
  /** The messages that arrive. Default: the one in `send`. It must be given with `bytes`. */
  readonly receive?: readonly In[]
}

/** How long {@link checkFraming} looks. */
export interface CheckFramingOptions {
  /** What the garbage is made from; the same seed makes the same. Default 1; 0 … 2^32 - 1. */
  readonly seed?: number | undefined
  /** How many streams of garbage are tried. Default 500; 0 for none. */
  readonly garbage?: number | undefined
}

/** The names of the options in {@link CheckFramingOptions}. */
const checkFramingNames: NamesOf<CheckFramingOptions> = { seed: true, garbage: true }

/**
 * Holds a framing to what is promised of every framing: the same messages however the network cuts
 * the bytes, at every single cut and byte by byte; messages that stay as they are when the memory of
 * their bytes is used again; the contract of `Decoder`; nothing but a `FramingError` for garbage, at
 * the same place however it is cut; no more bytes held than `maxFrame` and `overhead`; and no search
 * by the byte operations that begins anew with each byte, if a sample has a frame of some hundred.
 *
 * Messages are compared as `assert.deepStrictEqual` does, and bytes by their values.
 *
 * @param samples what the framing can carry, in the order in which it is sent: the more of its corners
 *   they reach, the more is found
 * @throws ExpectationError which says what the framing did with which bytes
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function checkFraming<In, Out>(
  framing: Framing<In, Out>,
  samples: readonly FramingSample<In, Out>[],
  options: CheckFramingOptions = {},
): void {
  checkOptions(options, checkFramingNames)
  const seed = checkInteger('seed', options.seed ?? 1, 0, 2 ** 32 - 1)
  const garbage = checkInteger('garbage', options.garbage ?? 500, 0, 2 ** 31)
  const encoder = encoderOf(framing)
  const parts = samples.map(({ send, bytes }) => bytes ?? encodeFrame(encoder, send as Out))
  const stream = join(parts)
  const expected = samples.flatMap(({ send, receive }): readonly unknown[] => receive ?? [send])

  const inStep = framing.silence === undefined ? [stream] : parts.flatMap((part) => [part, silence])
  const whole = decode(framing, inStep, plainly)
  const outcome = { messages: expected, error: undefined }
  expectSame(framing, whole, outcome, stream, 'the samples, in one piece', plainly)
  for (const part of framing.silence === undefined ? [stream] : parts) checkCuts(framing, part)
  checkWork(framing, stream)
  const next = seeded(seed)
  for (let count = 0; count < garbage; count++) checkGarbage(framing, garbageOf(stream, next), next)
  for (const byte of [0, 0xff, 0x61, stream[0] ?? 0]) checkEndless(framing, byte)
}

/** A stream, or a sample behind which is silence, at each cut. */
function checkCuts<In>(framing: Framing<In, never>, stream: Uint8Array): void {
  const whole = decode(framing, [stream, silence], plainly)
  for (const [name, pieces] of cutsOf(stream)) {
    for (const delivery of deliveries) {
      const outcome = decode(framing, [...pieces, silence], delivery)
      expectSame(framing, outcome, whole, stream, name, delivery)
    }
  }
}

function checkGarbage<In>(
  framing: Framing<In, never>,
  bytes: Uint8Array,
  next: () => number,
): void {
  const whole = decode(framing, [bytes], plainly)
  const at = next() % bytes.length
  const cut = [bytes.subarray(0, at), bytes.subarray(at)]
  for (const delivery of deliveries) {
    const single = decode(framing, eachByte(bytes), delivery)
    expectSame(framing, single, whole, bytes, 'garbage, byte by byte', delivery)
    const name = `garbage, cut at byte ${at}`
    expectSame(framing, decode(framing, cut, delivery), whole, bytes, name, delivery)
  }
}

/** A frame that arrives byte by byte must not cost the square of its length. */
function checkWork<In>(framing: Framing<In, never>, stream: Uint8Array): void {
  const { name, overhead = 64 } = framing
  const operations = countingOperations()
  decodePieces(framing, eachByte(stream), plainly, operations)
  const most = (mostLooks + overhead) * stream.length + looksBeside
  if (operations.count <= most) return
  throw new ExpectationError(
    `the decoder of "${name}" looked at ${operations.count} bytes, of ${stream.length} that arrived one ` +
      `by one: it has to remember how far it has searched (${most} would do)`,
  )
}

/** One byte again and again: whatever the decoder makes of it, it must not be kept. */
function checkEndless<In>(framing: Framing<In, never>, byte: number): void {
  const { maxFrame, overhead = 64 } = framing
  const piece = new Uint8Array(Math.min(65_536, maxFrame)).fill(byte)
  const most = Math.min(2 * (maxFrame + overhead), 16 * 1024 * 1024)
  // What it makes of it is its own business; `decode` throws if it is kept.
  decode(
    framing,
    Array.from({ length: Math.ceil(most / piece.length) }, () => piece),
    plainly,
  )
}

function decode<In>(
  framing: Framing<In, never>,
  pieces: Iterable<Uint8Array>,
  delivery: Delivery,
): Outcome {
  const outcome = decodePieces(framing, pieces, delivery)
  // The chunks of a stream without frames depend on how it arrives, and its bytes do not.
  if (framing.streaming !== true) return outcome
  return { ...outcome, messages: [join(outcome.messages as Uint8Array[])] }
}

function* cutsOf(stream: Uint8Array): Generator<[string, readonly Uint8Array[]]> {
  yield ['byte by byte', eachByte(stream)]
  for (let at = 1; at < stream.length; at++) {
    if (at > mostCuts && at < stream.length - mostCuts) continue
    yield [`cut at byte ${at}`, [stream.subarray(0, at), stream.subarray(at)]]
  }
}

function eachByte(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte))
}

function expectSame(
  { name, streaming }: Framing<unknown, never>,
  actual: Outcome,
  expected: Outcome,
  bytes: Uint8Array,
  how: string,
  delivery: Delivery,
): void {
  const wanted = streaming === true ? [join(expected.messages as Uint8Array[])] : expected.messages
  const isSameEnd = (actual.error === undefined) === (expected.error === undefined)
  const difference = isSameEnd ? describeDifference(actual.messages, wanted) : describeEnd(actual)
  if (difference === undefined) return
  throw new ExpectationError(
    `"${name}" makes something else of these bytes, ${how}, ${delivery.name}: ${difference}\n` +
      `  bytes: ${escapeBytes(bytes, 400)}`,
  )
}

function describeEnd({ error }: Outcome): string {
  return error === undefined ? 'they raise no error' : `they raise ${error.message}`
}

function describeDifference(
  actual: readonly unknown[],
  expected: readonly unknown[],
): string | undefined {
  if (actual.length !== expected.length) {
    return `${actual.length} messages, and ${expected.length} were expected`
  }
  for (const [index, message] of actual.entries()) {
    try {
      deepStrictEqual(plain(message), plain(expected[index]))
    } catch (error) {
      return `message ${index} is another one: ${textOf(error)}`
    }
  }
  return undefined
}

/** A Buffer and a Uint8Array of the same bytes are the same message. */
function plain(message: unknown): unknown {
  return message instanceof Uint8Array ? Uint8Array.from(message) : message
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(
    parts,
    parts.reduce((size, { length }) => size + length, 0),
  )
}
