import type { ByteOperations } from '../../../src/framing/byte-operations.js'
import { HawserError } from '../../../src/errors.js'
import { FrameReader } from '../../../src/framing/frame-reader.js'
import type { Framing } from '../../../src/framing/framing.js'

/** What came out of a stream: frames in a form that compares by value, then maybe an error. */
export interface Outcome {
  readonly frames: readonly unknown[]
  readonly error: string | undefined
}

/** How a stream is pushed through a `FrameReader`. */
export interface Delivery {
  /** `feed` decodes straight from the chunk, `hold` appends it first and releases later. */
  readonly by: 'feed' | 'hold'
  /** The chunk is overwritten as soon as the call returns. */
  readonly borrowed: boolean
  /** Take one frame per call: `emit` returns false each time. */
  readonly oneByOne: boolean
}

/** Every combination. */
export const deliveries: readonly Delivery[] = (['feed', 'hold'] as const).flatMap((by) =>
  [true, false].flatMap((borrowed) =>
    [false, true].map((oneByOne) => ({ by, borrowed, oneByOne })),
  ),
)

/** Owned bytes, as many frames as there are: how a stream is decoded where nothing is varied. */
export const plainly: Delivery = { by: 'feed', borrowed: false, oneByOne: false }

/** Pushes `chunks` and the end of the stream through the framing's decoder. */
export function decodeChunks<In>(
  framing: Framing<In, never>,
  operations: ByteOperations,
  chunks: readonly Uint8Array[],
  delivery: Delivery = plainly,
  watch: (reader: FrameReader<In>) => void = () => {},
): Outcome {
  const frames: In[] = []
  let error: string | undefined
  try {
    const reader = new FrameReader(framing, operations)
    for (const chunk of chunks) {
      push(reader, chunk, delivery, frames)
      watch(reader)
    }
    reader.finish((message) => frames.push(message) > 0)
  } catch (thrown) {
    if (!(thrown instanceof HawserError)) throw thrown
    error = thrown.code
  }
  return { frames: frames.map(comparable), error }
}

function push<In>(
  reader: FrameReader<In>,
  chunk: Uint8Array,
  { by, borrowed, oneByOne }: Delivery,
  frames: In[],
): void {
  let emitted = 0
  const emit = (message: In): boolean => {
    frames.push(message)
    emitted++
    return !oneByOne
  }
  const bytes = borrowed ? Uint8Array.from(chunk) : chunk
  if (by === 'feed') reader.feed(bytes, borrowed, 0, emit)
  else {
    reader.append(bytes, borrowed)
    if (borrowed) bytes.fill(0xaa)
    reader.decode(emit)
    reader.release(reader.unreleased)
  }
  if (borrowed) bytes.fill(0xaa)
  while (oneByOne && emitted > 0) {
    emitted = 0
    reader.decode(emit)
    reader.release(reader.unreleased)
  }
}

/** Bytes become Latin-1 text with a mark in front; everything else stays what it is. */
export function comparable(message: unknown): unknown {
  if (!(message instanceof Uint8Array)) return message
  return `bytes:${Buffer.from(message.buffer, message.byteOffset, message.length).toString('latin1')}`
}

/** `bytes` in pieces that end at each of `points`. */
export function cutAt(bytes: Uint8Array, points: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(points)].filter((at) => at > 0 && at < bytes.length)
  sorted.sort((a, b) => a - b)
  return [0, ...sorted]
    .map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length))
    .filter((piece) => piece.length > 0)
}

/** `bytes` in pieces of `size`. */
export function cutEvery(bytes: Uint8Array, size: number): Uint8Array[] {
  return cutAt(
    bytes,
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => index * size),
  )
}
