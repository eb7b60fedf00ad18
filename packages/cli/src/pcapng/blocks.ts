/** The blocks of a pcapng file (draft-ietf-opsawg-pcapng), little endian. */

const sectionType = 0x0a0d0d0a
const interfaceType = 1
const packetType = 6
const byteOrder = 0x1a2b3c4d
/** Packets begin with an IP header, version 4 or 6. */
const rawLink = 101
const commentOption = 1
const applicationOption = 4
const resolutionOption = 9
/** Longer comments are cut: an option has a length of 16 bits. */
const longestComment = 4_096

/** What a file begins with: one section, one interface, times in microseconds. */
export function fileStart(): Buffer {
  const section = Buffer.alloc(16)
  section.writeUInt32LE(byteOrder, 0)
  section.writeUInt16LE(1, 4)
  // How long the section is, is not known.
  section.writeBigInt64LE(-1n, 8)
  const link = Buffer.alloc(8)
  link.writeUInt16LE(rawLink, 0)
  return Buffer.concat([
    block(sectionType, [section, options([[applicationOption, Buffer.from('hawser')]])]),
    block(interfaceType, [link, options([[resolutionOption, Buffer.from([6])]])]),
  ])
}

/**
 * One packet.
 *
 * @param time milliseconds since 1970
 * @param comment shown beside it
 */
export function packetBlock(time: number, packet: Buffer, comment?: string): Buffer {
  const head = Buffer.alloc(20)
  const microseconds = Number.isFinite(time) ? Math.max(0, Math.round(time * 1_000)) : 0
  head.writeUInt32LE(Math.floor(microseconds / 2 ** 32) >>> 0, 4)
  head.writeUInt32LE(microseconds % 2 ** 32, 8)
  head.writeUInt32LE(packet.length, 12)
  head.writeUInt32LE(packet.length, 16)
  const padding = Buffer.alloc(-packet.length & 3)
  const note = Buffer.from((comment ?? '').slice(0, longestComment))
  const rest = comment === undefined ? Buffer.alloc(0) : options([[commentOption, note]])
  return block(packetType, [head, packet, padding, rest])
}

function block(type: number, parts: readonly Buffer[]): Buffer {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0)
  const head = Buffer.alloc(8)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(length, 4)
  const tail = Buffer.alloc(4)
  tail.writeUInt32LE(length, 0)
  return Buffer.concat([head, ...parts, tail])
}

function options(list: readonly (readonly [code: number, value: Buffer])[]): Buffer {
  const parts = list.flatMap(([code, value]) => {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(code, 0)
    head.writeUInt16LE(value.length, 2)
    return [head, value, Buffer.alloc(-value.length & 3)]
  })
  return Buffer.concat([...parts, Buffer.alloc(4)])
}
