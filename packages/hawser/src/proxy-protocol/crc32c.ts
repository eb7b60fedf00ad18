/** Castagnoli's polynomial, its bits in reverse (RFC 4960 appendix B). */
const polynomial = 0x82f6_3b78

let table: Uint32Array | undefined

/**
 * The CRC32C of `bytes`, as RFC 4960 appendix B has it.
 *
 * @param blank where four bytes begin that count as zeros, as the header's own checksum does
 */
export function crc32c(bytes: Uint8Array, blank: number = Infinity): number {
  table ??= makeTable()
  let crc = 0xffff_ffff
  for (const [at, byte] of bytes.entries()) {
    const counted = at >= blank && at < blank + 4 ? 0 : byte
    crc = table[(crc ^ counted) & 0xff]! ^ (crc >>> 8)
  }
  return (crc ^ 0xffff_ffff) >>> 0
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    return crc >>> 0
  })
}
