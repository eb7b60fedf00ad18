/** The checksums that have a name here. */
export type ChecksumName =
  | 'crc16-arc'
  | 'crc16-modbus'
  | 'crc16-x25'
  | 'crc16-xmodem'
  | 'crc32'
  | 'sum8'
  | 'xor8'

/** A checksum: how many bytes it takes, and how it is calculated. */
export interface ChecksumAlgorithm {
  readonly bytes: number
  /** Of `bytes[start … end)`; less than 256 to the power of its bytes. */
  calculate(bytes: Uint8Array, start: number, end: number): number
}

/**
 * By their names in the catalogue of CRCs (https://reveng.sourceforge.io/crc-catalogue/), which has
 * a check value of each: that of the text `123456789`.
 */
export const checksumAlgorithms: Readonly<Record<ChecksumName, ChecksumAlgorithm>> = {
  'crc16-arc': reflected(2, 0xa001, 0, 0),
  'crc16-modbus': reflected(2, 0xa001, 0xffff, 0),
  'crc16-x25': reflected(2, 0x8408, 0xffff, 0xffff),
  'crc16-xmodem': { bytes: 2, calculate: calculateXmodem },
  crc32: reflected(4, 0xedb88320, 0xffffffff, 0xffffffff),
  sum8: { bytes: 1, calculate: addUp },
  xor8: { bytes: 1, calculate: xorAll },
}

/**
 * A CRC that takes the least significant bit of each byte first.
 *
 * @param polynomial with its bits in that order too
 * @param initial what it begins with
 * @param final what the result is combined with
 */
function reflected(
  size: number,
  polynomial: number,
  initial: number,
  final: number,
): ChecksumAlgorithm {
  // Made when it is first used: most programs use one, or none.
  let table: Uint32Array | undefined
  return {
    bytes: size,
    calculate(bytes, start, end) {
      table ??= Uint32Array.from({ length: 256 }, (_, byte) => divide(byte, polynomial))
      let crc = initial
      for (let at = start; at < end; at++) {
        crc = (crc >>> 8) ^ (table[(crc ^ bytes[at]!) & 0xff] as number)
      }
      return (crc ^ final) >>> 0
    },
  }
}

function divide(byte: number, polynomial: number): number {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1
  return rest
}

/** The only one here that takes the most significant bit first. */
function calculateXmodem(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0
  for (let at = start; at < end; at++) {
    crc ^= bytes[at]! << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

function addUp(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0
  for (let at = start; at < end; at++) sum = (sum + bytes[at]!) & 0xff
  return sum
}

function xorAll(bytes: Uint8Array, start: number, end: number): number {
  let all = 0
  for (let at = start; at < end; at++) all ^= bytes[at]!
  return all
}
