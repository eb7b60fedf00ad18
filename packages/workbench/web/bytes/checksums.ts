/** Checksums of bytes, by the names that the framings of the library have for them. */
export function checksums(bytes: Uint8Array): readonly (readonly [name: string, hex: string])[] {
  return [
    [
      'sum8',
      hex(
        bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0),
        2,
      ),
    ],
    [
      'xor8',
      hex(
        bytes.reduce((sum, byte) => sum ^ byte, 0),
        2,
      ),
    ],
    ['crc16-modbus', hex(crc16(bytes, 0xffff, 0xa001), 4)],
    ['crc16-x25', hex(crc16(bytes, 0xffff, 0x8408) ^ 0xffff, 4)],
    ['crc32', hex(crc32(bytes), 8)],
  ]
}

/** The bits of each byte from the lowest on, as both of these have it. */
function crc16(bytes: Uint8Array, begin: number, polynomial: number): number {
  let crc = begin
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  }
  return crc
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return (crc ^ 0xffff_ffff) >>> 0
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
