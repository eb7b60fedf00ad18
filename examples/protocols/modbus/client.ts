// A Modbus TCP client: what `createClient` has, in the words of Modbus.
import {
  type Client,
  type ClientOptions,
  type CloseResult,
  createClient,
  type Destination,
} from 'hawser'
import { counted, type Frame, ModbusError, modbusTcp, packBits, packRegisters } from './frames.js'
import { pduOf, unpackBits, unpackRegisters } from './frames.js'

export interface ModbusOptions extends Omit<ClientOptions<Frame, Frame>, 'framing' | 'correlate'> {
  /** Which device behind the address. Default 255, the one behind the address itself. */
  readonly unit?: number
}

/** One connection that comes back. Any number of requests may be under way on it. */
export class Modbus {
  readonly client: Client<Frame, Frame>
  readonly #unit: number

  constructor(endpoint: Destination, { unit = 255, ...options }: ModbusOptions = {}) {
    this.#unit = unit
    this.client = createClient<Frame, Frame>(endpoint, {
      // As many as a device has to take at once (Messaging Implementation Guide, section 4.2.2).
      maxPending: 16,
      requestTimeout: 5_000,
      ...options,
      framing: modbusTcp,
      correlate: {
        ids: { from: 0, to: 65_535 },
        identify: (frame, transaction) => ({ ...frame, transaction }),
        idOf: ({ transaction }) => transaction,
      },
    })
  }

  async readCoils(address: number, count: number): Promise<boolean[]> {
    return unpackBits(await this.#read(1, address, count, (count + 7) >> 3), count)
  }

  async readDiscreteInputs(address: number, count: number): Promise<boolean[]> {
    return unpackBits(await this.#read(2, address, count, (count + 7) >> 3), count)
  }

  async readHoldingRegisters(address: number, count: number): Promise<number[]> {
    return unpackRegisters(await this.#read(3, address, count, count * 2))
  }

  async readInputRegisters(address: number, count: number): Promise<number[]> {
    return unpackRegisters(await this.#read(4, address, count, count * 2))
  }

  async writeCoil(address: number, value: boolean): Promise<void> {
    await this.#ask(pduOf(5, [address, value ? 0xff00 : 0]))
  }

  async writeRegister(address: number, value: number): Promise<void> {
    await this.#ask(pduOf(6, [address, value]))
  }

  async writeCoils(address: number, values: readonly boolean[]): Promise<void> {
    await this.#ask(pduOf(15, [address, values.length], counted(packBits(values))))
  }

  async writeRegisters(address: number, values: readonly number[]): Promise<void> {
    await this.#ask(pduOf(16, [address, values.length], counted(packRegisters(values))))
  }

  close(): Promise<CloseResult> {
    return this.client.close()
  }

  async #read(code: number, address: number, count: number, size: number): Promise<Uint8Array> {
    const reply = await this.#ask(pduOf(code, [address, count]))
    if (reply[1] !== size || reply.length !== 2 + size)
      throw new ModbusError(3, `the reply to function ${code} has another size than was asked for`)
    return reply.subarray(2)
  }

  /** @returns the reply; rejects with ModbusError when the device says no, else as `client.request` */
  async #ask(pdu: Uint8Array): Promise<Uint8Array> {
    const { pdu: reply } = await this.client.request({ transaction: 0, unit: this.#unit, pdu })
    const [code = 0, exception = 4] = reply
    if (code === (pdu[0] ?? 0)) return reply
    const refusal = `the device refuses function ${pdu[0]} with exception ${exception}`
    if (code === ((pdu[0] ?? 0) | 0x80)) throw new ModbusError(exception, refusal)
    throw new ModbusError(4, `the reply to function ${pdu[0]} is one to function ${code}`)
  }
}
