/** The numbers of the format, which docs/session-log.md explains. All integers are little endian. */

/** Bytes of the header of a file that this version writes; later ones may write longer ones. */
export const fileHeaderSize = 64
export const longestFileHeader = 4_096
/** Bytes of the header of a block. */
export const blockHeaderSize = 64
/** Bytes of a row. */
export const rowSize = 32
/** A block begins and ends at a multiple of this. */
export const alignment = 8

export const fileMagic = 'HAWSERLG'
export const version = 1
/** `HWB1`. */
export const blockMagic = 0x31425748

/** What a block may have, from its header to its padding: a reader's memory is a few of these. */
export const largestBlock: number = 2 * 1024 * 1024
/** What a block of this writer has at most. */
export const mostRows = 8_192
export const mostData: number = 1024 * 1024

/** The largest value of an unsigned integer of 32 bits. */
export const largestWord = 0xffff_ffff

/** The bytes of a block, with its header and its padding. */
export function blockSize(rows: number, data: number): number {
  return Math.ceil((blockHeaderSize + rows * rowSize + data) / alignment) * alignment
}
