// What a device has, and what each function does with it.
import { counted, ModbusError, packBits, packRegisters, pduOf, unpackBits } from './frames.js'
import { unpackRegisters, viewOf } from './frames.js'

/** Four tables, each addressed from 0. */
export interface Device {
  readonly coils: boolean[]
  readonly discreteInputs: readonly boolean[]
  readonly holdingRegisters: Uint16Array
  readonly inputRegisters: Uint16Array
}

/** A device of so many of each, all off and zero. */
export function makeDevice(size = 100): Device {
  return {
    coils: Array.from({ length: size }, () => false),
    discreteInputs: Array.from({ length: size }, () => false),
    holdingRegisters: new Uint16Array(size),
    inputRegisters: new Uint16Array(size),
  }
}

/**
 * Carry out a request.
 *
 * @returns the reply
 * @throws ModbusError when it cannot be carried out; nothing was written then
 */
export function execute(device: Device, pdu: Uint8Array): Uint8Array {
  const code = pdu[0] ?? 0
  switch (code) {
    case 1:
      return pduOf(code, [], counted(packBits(read(device.coils, pdu, 2000))))
    case 2:
      return pduOf(code, [], counted(packBits(read(device.discreteInputs, pdu, 2000))))
    case 3:
      return pduOf(code, [], counted(packRegisters(read(device.holdingRegisters, pdu, 125))))
    case 4:
      return pduOf(code, [], counted(packRegisters(read(device.inputRegisters, pdu, 125))))
    case 5:
      return writeCoil(device, pdu)
    case 6:
      return writeRegister(device, pdu)
    case 15: {
      const { address, count, bytes } = readBlock(
        device.coils,
        pdu,
        1968,
        (bits) => (bits + 7) >> 3,
      )
      for (const [index, bit] of unpackBits(bytes, count).entries())
        device.coils[address + index] = bit
      return pdu.subarray(0, 5)
    }
    case 16: {
      const registers = device.holdingRegisters
      const { address, bytes } = readBlock(registers, pdu, 123, (count) => count * 2)
      registers.set(unpackRegisters(bytes), address)
      return pdu.subarray(0, 5)
    }
    default:
      throw new ModbusError(1, `function ${code} is unknown`)
  }
}

function read<Table extends readonly boolean[] | Uint16Array>(
  table: Table,
  pdu: Uint8Array,
  most: number,
): Table {
  const [address, count] = twoNumbers(pdu, 5)
  if (count < 1 || count > most) throw new ModbusError(3, `${count} at once, and ${most} may be`)
  assertThere(table, address, count)
  return table.slice(address, address + count) as Table
}

function writeCoil({ coils }: Device, pdu: Uint8Array): Uint8Array {
  const [address, value] = twoNumbers(pdu, 5)
  if (value !== 0 && value !== 0xff00) throw new ModbusError(3, `${value} is neither on nor off`)
  assertThere(coils, address, 1)
  coils[address] = value !== 0
  return pdu
}

function writeRegister({ holdingRegisters }: Device, pdu: Uint8Array): Uint8Array {
  const [address, value] = twoNumbers(pdu, 5)
  assertThere(holdingRegisters, address, 1)
  holdingRegisters[address] = value
  return pdu
}

/** Where to write, how many, and the bytes that hold them. */
function readBlock(
  table: ArrayLike<unknown>,
  pdu: Uint8Array,
  most: number,
  sizeOf: (count: number) => number,
): { address: number; count: number; bytes: Uint8Array } {
  const size = pdu[5] ?? 0
  const [address, count] = twoNumbers(pdu, 6 + size)
  if (count < 1 || count > most || size !== sizeOf(count))
    throw new ModbusError(3, `${size} bytes hold no ${count} values`)
  assertThere(table, address, count)
  return { address, count, bytes: pdu.subarray(6) }
}

function twoNumbers(pdu: Uint8Array, size: number): [number, number] {
  if (pdu.length !== size)
    throw new ModbusError(3, `${pdu.length} bytes, and the request takes ${size}`)
  const view = viewOf(pdu)
  return [view.getUint16(1), view.getUint16(3)]
}

function assertThere(table: ArrayLike<unknown>, address: number, count: number): void {
  if (address + count > table.length)
    throw new ModbusError(2, `address ${address + count - 1}, and ${table.length} are there`)
}
