import { packetBlock } from './blocks.js'
import { encodePacket, type End, tcpFlags } from './packet.js'

/** A window without scaling is not larger. Each packet of data is acknowledged. */
const mostData = 32 * 1024
/** Where both directions begin to count: as good as any other. */
const firstSequence = 1_000

/** Who sends: the one that connected, or the other. */
export type Sender = 'client' | 'server'

/** A connection as packets: a handshake, the bytes with their numbers, and an end. */
export class Flow {
  readonly #ends: Readonly<Record<Sender, End>>
  /** How many bytes of each direction have been sent; the end counts for one. */
  readonly #sent = { client: 0, server: 0 }
  #comment: string | undefined

  constructor(client: End, server: End) {
    this.#ends = { client, server }
  }

  /** A comment on the next packet. */
  note(text: string): void {
    this.#comment = this.#comment === undefined ? text : `${this.#comment}; ${text}`
  }

  /** SYN, SYN and ACK, ACK. */
  open(time: number): Buffer[] {
    const { syn, ack } = tcpFlags
    return [
      this.#packet(time, 'client', syn, -1, 0),
      this.#packet(time, 'server', syn | ack, -1, 0),
      this.#packet(time, 'client', ack, 0, 0),
    ]
  }

  /** @param position how many bytes the direction had before, modulo 2³² */
  data(time: number, sender: Sender, position: number, bytes: Uint8Array): Buffer[] {
    const { psh, ack } = tcpFlags
    const blocks: Buffer[] = []
    for (let at = 0; at < bytes.length; at += mostData) {
      const part = bytes.subarray(at, at + mostData)
      const acknowledged = this.#sent[otherOf(sender)]
      blocks.push(this.#packet(time, sender, psh | ack, position + at, acknowledged, part))
      this.#sent[sender] = (position + at + part.length) >>> 0
      const answer = this.#sent[otherOf(sender)]
      blocks.push(this.#packet(time, otherOf(sender), ack, answer, this.#sent[sender]))
    }
    return blocks
  }

  /** @param sender who ended it first */
  close(time: number, sender: Sender, isReset: boolean): Buffer[] {
    const { fin, rst, ack } = tcpFlags
    const other = otherOf(sender)
    const [ours, theirs] = [this.#sent[sender], this.#sent[other]]
    if (isReset) return [this.#packet(time, sender, rst | ack, ours, theirs)]
    return [
      this.#packet(time, sender, fin | ack, ours, theirs),
      this.#packet(time, other, fin | ack, theirs, ours + 1),
      this.#packet(time, sender, ack, ours + 1, theirs + 1),
    ]
  }

  #packet(
    time: number,
    sender: Sender,
    flags: number,
    position: number,
    acknowledged: number,
    data: Uint8Array = new Uint8Array(0),
  ): Buffer {
    const comment = this.#comment
    this.#comment = undefined
    const isFirst = flags === tcpFlags.syn
    const packet = encodePacket({
      from: this.#ends[sender],
      to: this.#ends[otherOf(sender)],
      sequence: (firstSequence + 1 + position) >>> 0,
      acknowledged: isFirst ? 0 : (firstSequence + 1 + acknowledged) >>> 0,
      flags,
      data,
    })
    return packetBlock(time, packet, comment)
  }
}

function otherOf(sender: Sender): Sender {
  return sender === 'client' ? 'server' : 'client'
}
