// The frames of Modbus TCP, and what goes into them.
// https://modbus.org/docs/Modbus_Messaging_Implementation_Guide_V1_0b.pdf section 3.1.3
// https://modbus.org/docs/Modbus_Application_Protocol_V1_1b3.pdf section 6
import { type Framing, lengthPrefixed, mapFraming } from 'hawser'

/** One request or reply: which of them, to which unit behind the address, and what it says. */
export interface Frame {
  readonly transaction: number
  readonly unit: number
  /** A function code, and what belongs to it: 1 … 253 bytes. */
  readonly pdu: Uint8Array
}

/** A device's way to say no. */
export class ModbusError extends Error {
  override readonly name = 'ModbusError'
  /** 1: no such function; 2: no such address; 3: a value that cannot be; 4: the device failed; … */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** 7 bytes in front of 253: transaction, protocol, length, unit. The length is not in the message. */
const headerSize = 5
const mostPdu = 253

export const modbusTcp: Framing<Frame> = mapFraming(
  lengthPrefixed({ bytes: 2, offset: 4, maxFrame: headerSize + mostPdu }),
  {
    decode(bytes) {
      if (bytes.length <= headerSize) throw new RangeError('a frame has a unit and a function code')
      const view = viewOf(bytes)
      const protocol = view.getUint16(2)
      if (protocol !== 0)
        throw new RangeError(`the protocol is ${protocol}, and that of Modbus is 0`)
      return {
        transaction: view.getUint16(0),
        unit: view.getUint8(4),
        pdu: bytes.subarray(headerSize),
      }
    },
    encode({ transaction, unit, pdu }: Frame) {
      const bytes = new Uint8Array(headerSize + pdu.length)
      const view = viewOf(bytes)
      view.setUint16(0, transaction)
      view.setUint8(4, unit)
      bytes.set(pdu, headerSize)
      return bytes
    },
  },
)

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** A function code, 16-bit numbers, and bytes behind them. */
export function pduOf(code: number, numbers: readonly number[], rest?: Uint8Array): Uint8Array {
  const pdu = new Uint8Array(1 + numbers.length * 2 + (rest?.length ?? 0))
  pdu[0] = code
  const view = viewOf(pdu)
  for (const [index, number] of numbers.entries()) view.setUint16(1 + index * 2, number)
  if (rest !== undefined) pdu.set(rest, 1 + numbers.length * 2)
  return pdu
}

/** How many bytes follow, in one byte, and they. */
export function counted(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(bytes.length, ...bytes)
}

export function packBits(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [index, bit] of bits.entries()) {
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7))
  }
  return bytes
}

export function unpackBits(bytes: Uint8Array, count: number): boolean[] {
  return Array.from(
    { length: count },
    (_, index) => (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1,
  )
}

export function packRegisters(registers: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(registers.length * 2)
  const view = viewOf(bytes)
  for (let index = 0; index < registers.length; index++) {
    view.setUint16(index * 2, registers[index] ?? 0)
  }
  return bytes
}

export function unpackRegisters(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length >> 1 }, (_, index) => view.getUint16(index * 2))
}
