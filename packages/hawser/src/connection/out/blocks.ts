/** The first block of what waits: a connection that waits with a few bytes pins no more. */
export const smallestBlock: number = 4 * 1024
/** The largest: what is larger gets memory of its own. */
export const largestBlock: number = 16 * 1024
/** Blocks kept for the next write, of each size: half a mebibyte of the largest. */
const mostSpare = 32

const spare = new Map<number, Uint8Array[]>([
  [smallestBlock, []],
  [smallestBlock * 2, []],
  [largestBlock, []],
])

/** A block for `size` bytes, when `waiting` bytes wait in front of them: they grow from 4 to 16 KiB. */
export function takeBlock(size: number, waiting: number): Uint8Array {
  if (size > largestBlock) return new Uint8Array(size)
  let length = smallestBlock
  while (length < size || (length < largestBlock && length <= waiting)) length *= 2
  // Not from Buffer's pool: a small block would pin a part of it.
  return spare.get(length)?.pop() ?? new Uint8Array(new ArrayBuffer(length))
}

/** Give back a block that the transport has read. */
export function giveBlock(block: Uint8Array): void {
  const blocks = spare.get(block.length)
  if (blocks !== undefined && blocks.length < mostSpare) blocks.push(block)
}
