import type { ByteOperations } from './byte-operations.js'

/**
 * Called by a decoder for each complete frame.
 *
 * @param message what the frame means; owned by the receiver, so never a view of borrowed bytes
 * @param end the offset, in the bytes `decode` was given, just behind the frame (delimiter included)
 * @returns false to stop: the decoder must return `end` at once and forget whatever it knew about
 *   the bytes behind it
 */
export type Emit<In> = (message: In, end: number) => boolean

/**
 * Turns bytes into frames for one direction of one connection. It never touches a socket, a timer
 * or a promise.
 *
 * The four cases of `decode(bytes, emit)`:
 *
 * | what `bytes` holds | what the decoder does |
 * |---|---|
 * | no full frame | emits nothing, returns 0 |
 * | one frame or more | emits each with the offset just behind it, returns the last offset |
 * | frames and a part | emits the frames, returns the offset where the part begins |
 * | something malformed | emits what came before it, then throws a `FramingError` |
 *
 * What was not consumed is handed over again, at the beginning of the next call's `bytes`, with
 * what has arrived since behind it. A decoder may remember how far into that rest it has searched,
 * and should: a frame that arrives a byte at a time must not cost the square of its length.
 */
export interface Decoder<In> {
  /**
   * @param bytes everything not consumed so far, oldest first; never empty; valid only during the
   *   call unless `owned`, so whatever is kept or emitted must be a copy
   * @param emit called once for each complete frame, in order
   * @param owned true: nobody else will ever write to `bytes`, so a frame may be a view of it (only
   *   worth it for frames about as large as `bytes`: a view pins all of it)
   * @returns how many bytes were consumed, 0 … bytes.length
   * @throws FramingError when the bytes break the framing; the decoder is not used again
   */
  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number
  /**
   * The peer ended its direction. Left out, a rest of one byte or more is `HAWSER_FRAME_TRUNCATED`.
   *
   * @param rest what was not consumed, possibly empty; valid only during the call
   * @param emit for a last frame that needs no terminator
   * @throws FramingError when the rest may not end here
   */
  end?(rest: Uint8Array, emit: Emit<In>): void
}

/** Where an encoder puts a frame's bytes. All of one frame is put before anything is sent. */
export interface FrameOutput {
  /** The buffer `reserve` gives places in. It may be another one after each call of `reserve`. */
  readonly buffer: Uint8Array
  /**
   * Make room for `size` bytes, all of which the encoder then writes into `buffer`.
   *
   * @param size meant for headers and small frames; for 16 KiB and more use `bytes`
   * @returns the offset in `buffer` at which they begin
   */
  reserve(size: number): number
  /** Append text, which goes out as UTF-8. */
  text(text: string): void
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
  /** Messages are stretches of a byte stream without boundaries, as under `raw()`. Default false. */
  readonly streaming?: boolean
  /** Encoders keep state between messages: one is made for each connection. Default false. */
  readonly perConnection?: boolean
  /** A decoder for one connection. */
  createDecoder(operations: ByteOperations): Decoder<In>
  /** An encoder. */
  createEncoder(operations: ByteOperations): Encoder<Out>
}

/** The largest frame when nobody says otherwise: 1 MiB. */
export const defaultMaxFrame: number = 1024 * 1024
