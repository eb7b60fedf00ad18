import { bufferOperations } from '../../connection/buffer-operations.js'
import { FramingError } from '../../errors.js'
import type { ByteOperations } from '../../framing/byte-operations.js'
import { FrameReader } from '../../framing/frame-reader.js'
import type { Framing } from '../../framing/framing.js'
import { ExpectationError } from '../peer/expectation-error.js'

/** How pieces of a stream are handed to a decoder. */
export interface Delivery {
  /** For messages. */
  readonly name: string
  /** Pieces are appended first and decoded later, as for a consumer that does not keep up. */
  readonly held: boolean
  /** The memory of a piece is used for something else as soon as it was decoded. */
  readonly borrowed: boolean
  /** `emit` returns false each time. */
  readonly oneByOne: boolean
}

/** What a connection does with bytes, as far as a decoder can tell. */
export const deliveries: readonly Delivery[] = [
  { name: 'as they arrive', held: false, borrowed: true, oneByOne: false },
  { name: 'as they arrive, in memory of their own', held: false, borrowed: false, oneByOne: false },
  {
    name: 'for a consumer that takes one message at a time',
    held: true,
    borrowed: true,
    oneByOne: true,
  },
]

/** What came out of a stream. */
export interface Outcome {
  readonly messages: readonly unknown[]
  /** Why it ended, unless it ended in order. */
  readonly error: FramingError | undefined
}

/**
 * Pushes pieces, and the end of the stream, through a decoder. A piece without bytes stands for a silence,
 * for framings to which it means something.
 *
 * @throws ExpectationError when it throws anything but a FramingError, breaks its contract, or holds
 *   more than a frame may have
 */
export function decodePieces<In>(
  framing: Framing<In, never>,
  pieces: Iterable<Uint8Array>,
  delivery: Delivery,
  operations: ByteOperations = bufferOperations,
): Outcome {
  const { maxFrame, overhead = 64 } = framing
  const messages: In[] = []
  try {
    const reader = new FrameReader(framing, operations)
    for (const piece of pieces) {
      if (piece.length > 0) push(reader, piece, delivery, messages)
      else if (framing.silence !== undefined) hush(reader, delivery, messages)
      if (reader.buffered > maxFrame + overhead) {
        throw new ExpectationError(
          `the decoder of "${framing.name}" holds ${reader.buffered} bytes, and maxFrame is ` +
            `${maxFrame} with ${overhead} bytes of overhead`,
        )
      }
    }
    reader.finish((message) => messages.push(message) > 0)
  } catch (error) {
    if (error instanceof ExpectationError) throw error
    if (!(error instanceof FramingError)) {
      throw new ExpectationError(
        `the decoder of "${framing.name}" threw ${String(error)}: it has to throw a FramingError`,
      )
    }
    if (error.code === 'HAWSER_DECODER_INVALID') throw new ExpectationError(error.message)
    return { messages, error }
  }
  return { messages, error: undefined }
}

function push<In>(
  reader: FrameReader<In>,
  piece: Uint8Array,
  { held, borrowed, oneByOne }: Delivery,
  messages: In[],
): void {
  let emitted = 0
  const emit = (message: In): boolean => {
    messages.push(message)
    emitted++
    return !oneByOne
  }
  // A copy, for it is overwritten.
  const bytes = Uint8Array.from(piece)
  if (held) reader.append(bytes, borrowed)
  else reader.feed(bytes, borrowed, 0, emit)
  if (borrowed) bytes.fill(0xaa)
  if (!held) return
  do {
    emitted = 0
    reader.decode(emit)
    reader.release(reader.unreleased)
  } while (oneByOne && emitted > 0)
}

function hush<In>(reader: FrameReader<In>, { oneByOne }: Delivery, messages: In[]): void {
  let emitted: number
  do {
    emitted = messages.length
    reader.quiet((message) => messages.push(message) > 0 && !oneByOne)
    reader.release(reader.unreleased)
  } while (oneByOne && messages.length > emitted)
}
