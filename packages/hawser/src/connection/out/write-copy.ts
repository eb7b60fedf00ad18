import type { Transport } from '../../transport.js'
import { giveBlock, smallestBlock, takeBlock } from './blocks.js'

/** Whether to copy so many bytes for a write of their own costs little, and is no more than `most`. */
export function isFewBytes(size: number, most: number): boolean {
  return size > 0 && size <= smallestBlock && size <= most
}

/**
 * Writes a copy of `bytes`, which may be overwritten when this returns.
 *
 * @returns whether the operating system took all of them at once
 */
export function writeCopy(transport: Transport, bytes: Uint8Array): boolean {
  const { length } = bytes
  const block = takeBlock(length, 0)
  block.set(bytes)
  const isTaken = transport.write([new Uint8Array(block.buffer, 0, length)], length)
  // Where it was not, it is read until all has left, and the collector's then.
  if (isTaken) giveBlock(block)
  return isTaken
}
