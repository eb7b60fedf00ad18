/** The first block of what waits: a connection that waits with a few bytes pins no more. */
export const smallestBlock: number = 4 * 1024
/** The largest: what is larger gets memory of its own. */
export const largestBlock: number = 16 * 1024
/** Blocks kept for the next write, of each size: half a mebibyte of the largest. */
const mostSpare = 32

const smallest: Uint8Array[] = []
const middle: Uint8Array[] = []
const largest: Uint8Array[] = []

/** A block for `size` bytes, when `waiting` bytes wait in front of them: they grow from 4 to 16 KiB. */
export function takeBlock(size: number, waiting: number): Uint8Array {
  if (size > largestBlock) return new Uint8Array(size)
  let length = smallestBlock
  while (length < size || (length < largestBlock && length <= waiting)) length *= 2
  // Not from Buffer's pool: a small block would pin a part of it.
  return spareOf(length)?.pop() ?? new Uint8Array(new ArrayBuffer(length))
}

/** Give back a block that the transport has read. */
export function giveBlock(block: Uint8Array): void {
  const blocks = spareOf(block.length)
  if (blocks !== undefined && blocks.length < mostSpare) blocks.push(block)
}

/** The blocks of a length that are kept. A `Map` would be a tenth of what a small write costs here. */
function spareOf(length: number): Uint8Array[] | undefined {
  if (length === smallestBlock) return smallest
  if (length === largestBlock) return largest
  return length === 2 * smallestBlock ? middle : undefined
}
