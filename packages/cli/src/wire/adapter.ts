import type { Framing } from 'hawser'

/** Bytes that go out as they are, past the framing. */
export class Verbatim {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** What the command sends: the bytes of a message, or bytes past the framing. */
export type Outgoing = Uint8Array | Verbatim

/** How a framing's own messages become bytes and come from bytes. */
export interface Conversion<In, Out> {
  toBytes(message: In): Uint8Array
  fromBytes(bytes: Uint8Array): Out
  /** What to say of something that the encoder threw. Default: that. */
  explain?(error: unknown): unknown
}

/**
 * A framing whose messages are bytes, whatever those of `inner` are: so the rest of the command
 * shows, echoes and relays every framing alike, and byte for byte.
 */
export function adaptFraming<In, Out>(
  inner: Framing<In, Out>,
  conversion: Conversion<In, Out>,
): Framing<Uint8Array, Outgoing> {
  return {
    name: inner.name,
    maxFrame: inner.maxFrame,
    overhead: inner.overhead,
    perConnection: inner.perConnection ?? false,
    ...(inner.silence === undefined ? {} : { silence: inner.silence }),
    createDecoder(operations) {
      const decoder = inner.createDecoder(operations)
      return {
        get skipped() {
          return decoder.skipped ?? 0
        },
        decode: (bytes, emit, owned) =>
          decoder.decode(bytes, (message, end) => emit(conversion.toBytes(message), end), owned),
        ...(decoder.quiet === undefined
          ? {}
          : {
              quiet: (
                rest: Uint8Array,
                emit: (message: Uint8Array, end: number) => boolean,
                owned: boolean,
              ) =>
                decoder.quiet?.(
                  rest,
                  (message, end) => emit(conversion.toBytes(message), end),
                  owned,
                ) ?? 0,
            }),
        ...(decoder.end === undefined
          ? {}
          : {
              end: (rest: Uint8Array, emit: (message: Uint8Array, end: number) => boolean) =>
                decoder.end?.(rest, (message, end) => emit(conversion.toBytes(message), end)),
            }),
      }
    },
    createEncoder(operations) {
      const encoder = inner.createEncoder(operations)
      return {
        encode(message, output) {
          if (message instanceof Verbatim) return output.bytes(message.bytes)
          const own = conversion.fromBytes(message)
          try {
            // A promise, which an encoder must not return, is for the library to refuse.
            return encoder.encode(own, output)
          } catch (error) {
            throw conversion.explain?.(error) ?? error
          }
        },
      }
    },
  }
}
