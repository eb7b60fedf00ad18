// The packets of MQTT 3.1.1, without QoS 2.
// https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html sections 2 and 3
import { type Framing, lengthPrefixed, mapFraming } from 'hawser'

/** A message on its way, or one that a client wants said when it is gone. */
export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  readonly retain: boolean
}

/** What a client sends. */
export type Packet =
  | {
      readonly type: 'connect'
      readonly clientId: string
      readonly clean: boolean
      /** Seconds; 0 is off. */
      readonly keepalive: number
      readonly version: number
      readonly will: Message | undefined
    }
  | { readonly type: 'publish'; readonly id: number; readonly message: Message }
  | { readonly type: 'puback'; readonly id: number }
  | {
      readonly type: 'subscribe'
      readonly id: number
      readonly filters: readonly { readonly filter: string; readonly qos: number }[]
    }
  | { readonly type: 'unsubscribe'; readonly id: number; readonly filters: readonly string[] }
  | { readonly type: 'ping' }
  | { readonly type: 'disconnect' }

/** Packets to read; to send, what the functions below make. */
export function mqtt(maxFrame = 262_144): Framing<Packet, Uint8Array> {
  const frames = lengthPrefixed({ bytes: 'varint', offset: 1, maxFrame })
  return mapFraming(frames, { decode: readPacket, encode: (frame: Uint8Array) => frame })
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a packet's fields one after the other. Out of bounds is a RangeError. */
class Fields {
  readonly #bytes: Uint8Array
  #at = 1

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    return this.#take(1)[0] ?? 0
  }

  number(): number {
    const [high = 0, low = 0] = this.#take(2)
    return high * 256 + low
  }

  id(): number {
    const id = this.number()
    if (id === 0) throw new RangeError('a packet id is 1 … 65,535')
    return id
  }

  text(): string {
    const text = utf8.decode(this.#take(this.number()))
    if (text.includes('\0')) throw new RangeError('a text has no NUL in it')
    return text
  }

  /** A topic to publish to. */
  topic(): string {
    const topic = this.text()
    if (topic === '' || /[+#]/.test(topic)) throw new RangeError('a topic has no wildcard')
    return topic
  }

  binary(): Uint8Array {
    return this.#take(this.number())
  }

  rest(): Uint8Array {
    return this.#take(this.left)
  }

  #take(size: number): Uint8Array {
    if (size > this.left) throw new RangeError('a packet ends in the middle of a field')
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }
}

function readPacket(frame: Uint8Array): Packet {
  const head = frame[0] ?? 0
  const fields = new Fields(frame)
  if (head >> 4 === 3) return readPublish(head, fields)
  const packet = readOther(head, fields)
  if (fields.left > 0) throw new RangeError(`a ${packet.type} has ${fields.left} bytes too many`)
  return packet
}

function readPublish(head: number, fields: Fields): Packet {
  const qos = (head >> 1) & 3
  if (qos > 1) throw new RangeError('QoS 2 is not served here')
  const topic = fields.topic()
  const id = qos === 0 ? 0 : fields.id()
  const retain = (head & 1) === 1
  const payload = retain ? own(fields.rest()) : fields.rest()
  return { type: 'publish', id, message: { topic, payload, qos, retain } }
}

/** The lower four bits of the first byte are fixed. */
function readOther(head: number, fields: Fields): Packet {
  switch (head) {
    case 0x10:
      return readConnect(fields)
    case 0x40:
      return { type: 'puback', id: fields.id() }
    case 0x82: {
      const id = fields.id()
      const filters = []
      do filters.push({ filter: fields.text(), qos: fields.byte() })
      while (fields.left > 0)
      if (filters.some(({ qos }) => qos > 2)) throw new RangeError('QoS is 0, 1 or 2')
      return { type: 'subscribe', id, filters }
    }
    case 0xa2: {
      const id = fields.id()
      const filters = []
      do filters.push(fields.text())
      while (fields.left > 0)
      return { type: 'unsubscribe', id, filters }
    }
    case 0xc0:
      return { type: 'ping' }
    case 0xe0:
      return { type: 'disconnect' }
    default:
      throw new RangeError(`a packet begins with 0x${head.toString(16)}`)
  }
}

function readConnect(fields: Fields): Packet {
  if (fields.text() !== 'MQTT') throw new RangeError('the protocol is not MQTT')
  const version = fields.byte()
  if (version !== 4) {
    // It is refused, whatever else its version has here.
    fields.rest()
    return { type: 'connect', clientId: '', clean: true, keepalive: 0, version, will: undefined }
  }
  const flags = fields.byte()
  if ((flags & 1) !== 0) throw new RangeError('the flags of a connect have their last bit set')
  const keepalive = fields.number()
  const clientId = fields.text()
  let will: Message | undefined
  if ((flags & 4) !== 0) {
    const topic = fields.topic()
    const qos = Math.min((flags >> 3) & 3, 1)
    will = { topic, payload: own(fields.binary()), qos, retain: (flags & 32) !== 0 }
  }
  // Who it says that it is: a broker that asks has to look at them.
  if ((flags & 128) !== 0) fields.text()
  if ((flags & 64) !== 0) fields.binary()
  return { type: 'connect', clientId, clean: (flags & 2) !== 0, keepalive, version, will }
}

/** What is kept for long must not keep the rest of its packet, such as a password, with it. */
function own(payload: Uint8Array): Uint8Array {
  return Uint8Array.from(payload)
}

export function connack(code: number): Uint8Array {
  return Uint8Array.of(0x20, 0, code)
}

/** @param id that of the message that was published; without one, QoS is 0 */
export function publish({ topic, payload, retain }: Message, id = 0): Uint8Array {
  const size = Buffer.byteLength(topic)
  const bytes = Buffer.allocUnsafe((id === 0 ? 3 : 5) + size + payload.length)
  bytes[0] = 0x30 | (id === 0 ? 0 : 2) | (retain ? 1 : 0)
  bytes.writeUInt16BE(size, 1)
  bytes.write(topic, 3)
  if (id !== 0) bytes.writeUInt16BE(id, 3 + size)
  bytes.set(payload, bytes.length - payload.length)
  return bytes
}

export function puback(id: number): Uint8Array {
  return Uint8Array.of(0x40, id >> 8, id & 255)
}

export function suback(id: number, codes: readonly number[]): Uint8Array {
  return Uint8Array.of(0x90, id >> 8, id & 255, ...codes)
}

export function unsuback(id: number): Uint8Array {
  return Uint8Array.of(0xb0, id >> 8, id & 255)
}

export const pong: Uint8Array = Uint8Array.of(0xd0)
