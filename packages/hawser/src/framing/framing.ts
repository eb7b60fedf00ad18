import type { ByteOperations } from './byte-operations.js'

/**
 * Called by a decoder for each complete frame.
 *
 * @param message what the frame means; owned by the receiver, so never a view of borrowed bytes
 * @param end the offset, in the bytes `decode` was given, just behind the frame (delimiter included):
 *   at least 1, no less than the `end` of the frame before, at most `bytes.length`. Or 0, once before
 *   a byte is consumed, for a message that takes none: a look at what is there, as `sniff()` has it
 * @returns false to stop: the decoder must return `end` at once and forget what it knew about the
 *   bytes behind it
 */
export type Emit<In> = (message: In, end: number) => boolean

/**
 * Turns bytes into frames for one direction of one connection. It never touches a socket, a timer
 * or a promise.
 *
 * The four cases of `decode(bytes, emit)`, shown for lines that end with LF:
 *
 * ```text
 *  no full frame: emits nothing and returns 0
 *    0    1    2    3    4
 *  +----+----+----+----+----+
 *  | h  | e  | l  | l  | o  |                              return 0
 *  +----+----+----+----+----+
 *
 *  one frame or more: emits each with the offset just behind it and returns the last offset.
 *  The bytes that were not consumed come again, in front of those that have arrived since
 *    0    1    2    3    4    5    6    7
 *  +----+----+----+----+----+----+----+----+
 *  | h  | e  | l  | l  | o  | LF | w  | LF |               emit('hello', 6)
 *  +----+----+----+----+----+----+----+----+               emit('w', 8)
 *                                6         8               return 8
 *
 *  frames and a part: emits the frames and returns the offset where the part begins
 *    0    1    2    3    4
 *  +----+----+----+----+----+
 *  | h  | i  | LF | w  | o  |                              emit('hi', 3)
 *  +----+----+----+----+----+                              return 3
 *                 3
 *
 *  something malformed: emits what comes before it, then throws a FramingError
 *    0    1    2    3    4    5
 *  +----+----+----+----+----+----+
 *  | h  | i  | LF | ff | fe | LF |                         emit('hi', 3)
 *  +----+----+----+----+----+----+                         throw new FramingError(…)
 *                 3
 *
 *  stopped: emit returned false, so that the decoder returns the end of that frame at once
 *    0    1    2    3    4    5
 *  +----+----+----+----+----+----+
 *  | a  | LF | b  | LF | c  | LF |                         emit('a', 2)
 *  +----+----+----+----+----+----+                         emit('b', 4), which returns false
 *                      4                                   return 4
 * ```
 *
 * The next call gets the bytes that were not consumed again, at the beginning of its `bytes`, with
 * newly arrived bytes behind them. A decoder should remember how far into that rest it has searched:
 * a frame that arrives a byte at a time must not cost the square of its length.
 *
 * The library checks this. A decoder that returns anything but a number from its last frame's end to
 * `bytes.length`, emits with an invalid `end`, or goes on when it was stopped, raises
 * `HAWSER_DECODER_INVALID`. One that was not stopped and leaves more than
 * `maxFrame + overhead` bytes raises `HAWSER_FRAME_TOO_LARGE`.
 */
export interface Decoder<In> {
  /**
   * How many bytes it has skipped since it was made: those that belong to no frame, and frames that are
   * dropped because they are too large. Such bytes are consumed without a frame. Left out: none.
   */
  readonly skipped?: number
  /**
   * @param bytes everything not consumed so far, oldest first; never empty; valid only during the
   *   call unless `owned`, so whatever is kept or emitted must be a copy
   * @param emit called once for each complete frame, in order, and only during the call
   * @param owned true: nothing else will ever write to `bytes`, so a frame may be a view of it (only
   *   worth it for frames about as large as `bytes`: a view pins all of it)
   * @returns how many bytes were consumed, 0 … bytes.length
   * @throws FramingError when the bytes break the framing; the decoder is not used again
   */
  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number
  /**
   * Nothing has come for as long as the framing's `silence` says, and there is a rest: for framings whose
   * frames end with a silence. As `decode` otherwise: what the decoder remembers of bytes that it consumes
   * here has to be forgotten. Left out, silences mean nothing.
   *
   * @param rest what was not consumed; never empty; as the `bytes` of `decode`
   * @returns how many bytes were consumed, 0 … rest.length
   */
  quiet?(rest: Uint8Array, emit: Emit<In>, owned: boolean): number
  /**
   * The peer ended its direction. Left out, a rest of one byte or more is `HAWSER_FRAME_TRUNCATED`.
   *
   * @param rest what was not consumed, possibly empty; valid only during the call
   * @param emit for a last frame that needs no terminator; its `end` is 0 … rest.length
   * @throws FramingError when the rest may not end here
   */
  end?(rest: Uint8Array, emit: Emit<In>): void
}

/** Where an encoder puts a frame's bytes. All of one frame is put before anything is sent. */
export interface FrameOutput {
  /** The buffer that `reserve` returns offsets of. Each call of `reserve` may replace it. */
  readonly buffer: Uint8Array
  /**
   * Make room for `size` bytes, all of which the encoder then writes into `buffer`.
   *
   * @param size meant for headers and small frames; for 16 KiB and more use `bytes`
   * @returns the offset in `buffer` at which they begin
   */
  reserve(size: number): number
  /**
   * Append text, which is sent as UTF-8. Each call stands for itself: the two halves of a surrogate
   * pair in two calls are sent as two U+FFFD, whatever is appended before and after.
   *
   * @param ending what follows it, such as a delimiter: cheaper here than joined to `text` before
   */
  text(text: string, ending?: string): void
  /**
   * Append bytes. Fewer than 16 KiB are copied; more are kept as they are, so that they never need
   * to be copied, and must not be changed until they were sent.
   */
  bytes(bytes: Uint8Array): void
}

/** Turns messages into bytes. Stateless unless its framing says `perConnection`. */
export interface Encoder<Out> {
  /**
   * @throws FramingError `HAWSER_FRAME_TOO_LARGE` or `HAWSER_MESSAGE_INVALID`, before anything was
   *   put into `output`: a frame is put whole or not at all
   */
  encode(message: Out, output: FrameOutput): void
}

/**
 * How a byte stream is cut into messages: an immutable factory. A decoder belongs to one
 * connection; one encoder serves all, unless `perConnection`.
 */
export interface Framing<In, Out = In> {
  /** A short name for people and logs, such as `lines` or `length:2be`. */
  readonly name: string
  /** The largest frame in bytes, without its delimiter or header. Finite. */
  readonly maxFrame: number
  /**
   * The most bytes that a frame takes beside its message: delimiter and header together. What a
   * decoder leaves unconsumed may have `maxFrame + overhead` bytes. Default 64.
   */
  readonly overhead?: number | undefined
  /**
   * Milliseconds without a byte that mean something to its decoders: then their `quiet` is called, if a rest
   * is there. Left out: silences mean nothing, and no time is taken.
   */
  readonly silence?: number | undefined
  /** Messages are stretches of a byte stream without boundaries, as under `raw()`. Default false. */
  readonly streaming?: boolean
  /** Encoders keep state between messages: one is made for each connection. Default false. */
  readonly perConnection?: boolean
  /** A decoder for one connection. */
  createDecoder(operations: ByteOperations): Decoder<In>
  /** An encoder. */
  createEncoder(operations: ByteOperations): Encoder<Out>
}

/** The default of `overhead`: more than most headers take. */
export const defaultOverhead = 64

/** The default of `maxFrame`: 1 MiB. */
export const defaultMaxFrame: number = 1024 * 1024
