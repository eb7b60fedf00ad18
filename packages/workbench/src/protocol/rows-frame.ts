/**
 * Rows on their way to the page, as one binary frame: the number of the request, how many rows, their numbers in the
 * log, and then a block of the session log's own format with these rows in it (docs/session-log.md). A row of more
 * than `mostShown` bytes has the flag `cut`, and its whole length in `lengths`.
 *
 *     0          4          8               8+8n            8+12n
 *     +----------+----------+---------------+---------------+------------- - -
 *     | u32 id   | u32 n    | f64 numbers   | u32 lengths   | block
 *     +----------+----------+---------------+---------------+------------- - -
 *
 * Little endian. Bytes of one row are a frame with n = 1, however many were asked for.
 */
export interface RowsFrame {
  readonly id: number
  /** The numbers of the rows in the log. */
  readonly numbers: readonly number[]
  /** How many bytes each row has in the log. */
  readonly lengths: readonly number[]
  readonly block: Uint8Array
}

/** Bytes of a row that are sent with it: what a line of a sheet can show. The others are asked for. */
export const mostShown = 512

/** What a view of messages says of a row, in the byte that has the flags of the log. */
export const viewFlags = {
  /** The direction ended, or bytes of it are missing, before it was a message. */
  incomplete: 32,
  /** It does not follow the framing. */
  broken: 64,
  /** Its first byte belongs to a character that began in the row before. */
  continued: 128,
} as const

const headSize = 8

export function encodeRowsFrame({
  id,
  numbers,
  lengths,
  block,
}: RowsFrame): Uint8Array<ArrayBuffer> {
  const count = numbers.length
  const head = headSize + count * 12
  const frame = new Uint8Array(head + block.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, id, true)
  view.setUint32(4, count, true)
  for (const [index, number] of numbers.entries()) {
    view.setFloat64(headSize + index * 8, number, true)
    view.setUint32(headSize + count * 8 + index * 4, lengths[index] ?? 0, true)
  }
  frame.set(block, head)
  return frame
}

/** @throws RangeError for a frame that is too short */
export function decodeRowsFrame(frame: Uint8Array): RowsFrame {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const id = view.getUint32(0, true)
  const count = view.getUint32(4, true)
  const numbers: number[] = []
  const lengths: number[] = []
  for (let index = 0; index < count; index++) {
    numbers.push(view.getFloat64(headSize + index * 8, true))
    lengths.push(view.getUint32(headSize + count * 8 + index * 4, true))
  }
  return { id, numbers, lengths, block: frame.subarray(headSize + count * 12) }
}
