import { addressBytes, asSix } from './address.js'

/** One end of a connection. */
export interface End {
  /** An IP address. */
  readonly address: string
  readonly port: number
}

/** The bits of the TCP header (RFC 9293, section 3.1). */
export const tcpFlags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

/** A TCP packet with its IP header. */
export interface Packet {
  readonly from: End
  readonly to: End
  readonly sequence: number
  readonly acknowledged: number
  readonly flags: number
  readonly data: Uint8Array
}

const tcpHeader = 20

/** Its bytes. The TCP checksum is 0, as it is of packets that a network card completes. */
export function encodePacket({ from, to, sequence, acknowledged, flags, data }: Packet): Buffer {
  const size = tcpHeader + data.length
  const tcp = Buffer.alloc(tcpHeader)
  tcp.writeUInt16BE(from.port, 0)
  tcp.writeUInt16BE(to.port, 2)
  tcp.writeUInt32BE(sequence, 4)
  tcp.writeUInt32BE(acknowledged, 8)
  tcp[12] = (tcpHeader / 4) << 4
  tcp[13] = flags
  tcp.writeUInt16BE(65_535, 14)
  const ends = [from, to].map(({ address }) => addressBytes(address) ?? [0, 0, 0, 0])
  const isFour = ends.every((bytes) => bytes.length === 4)
  const ip = isFour ? encodeFour(ends, size) : encodeSix(ends, size)
  return Buffer.concat([ip, tcp, data])
}

/** RFC 791, section 3.1. */
function encodeFour(ends: readonly number[][], size: number): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(header.length + size, 2)
  // Do not fragment.
  header[6] = 0x40
  header[8] = 64
  header[9] = 6
  header.set(ends.flat(), 12)
  let sum = 0
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  header.writeUInt16BE(~sum & 0xffff, 10)
  return header
}

/** RFC 8200, section 3. */
function encodeSix(ends: readonly number[][], size: number): Buffer {
  const header = Buffer.alloc(40)
  header[0] = 0x60
  header.writeUInt16BE(size, 4)
  header[6] = 6
  header[7] = 64
  header.set(ends.flatMap(asSix), 8)
  return header
}
