// A Modbus TCP server: a device on the network.
import { createServer, type Server, type ServerOptions, serveRequests } from 'hawser'
import { type Device, execute } from './device.js'
import { type Frame, ModbusError, modbusTcp, pduOf } from './frames.js'

/** @param devices by unit; 255 is the one behind the address itself */
export function createModbusServer(
  devices: ReadonlyMap<number, Device>,
  options: ServerOptions<Frame, Frame> = {},
): Server<Frame, Frame> {
  return createServer<Frame, Frame>(
    { framing: modbusTcp, idleTimeout: 300_000, ...options },
    serveRequests<Frame, Frame>({
      handle({ transaction, unit, pdu }) {
        const device = devices.get(unit)
        if (device === undefined) throw new ModbusError(11, `unit ${unit} does not reply`)
        return { transaction, unit, pdu: execute(device, pdu) }
      },
      failed(error, { transaction, unit, pdu }) {
        const code = error instanceof ModbusError ? error.code : 4
        return { transaction, unit, pdu: pduOf((pdu[0] ?? 0) | 0x80, [], Uint8Array.of(code)) }
      },
    }),
  )
}
