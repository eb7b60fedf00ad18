import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { client, server as jsmodbus } from 'jsmodbus'
import modbusSerial, { ServerTCP } from 'modbus-serial'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Modbus } from '../../examples/protocols/modbus/client.js'
import { makeDevice } from '../../examples/protocols/modbus/device.js'
import { createModbusServer } from '../../examples/protocols/modbus/server.js'

// The counterparts are packages of npm, so there is no program to look for. modbus-serial loads its
// native half, serialport, only for serial lines: nothing of it is built or loaded here.

const anyPort = 'tcp://127.0.0.1:0'

async function startServer() {
  const device = makeDevice()
  device.inputRegisters.set([215, 65_535], 3)
  const server = createModbusServer(new Map([[1, device]]))
  await server.listen(anyPort)
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  return { device, port: (server.address() as AddressInfo).port }
}

function startClient(port: number): Modbus {
  const modbus = new Modbus(`tcp://127.0.0.1:${port}`, { unit: 1 })
  onTestFinished(async () => void (await modbus.client.close({ drain: 0 })))
  return modbus
}

describe('the Modbus server of the examples', () => {
  it('is read and written by jsmodbus, many requests at once', async () => {
    const { device, port } = await startServer()
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const master = new client.TCP(socket, 1)
    await once(socket, 'connect')
    await master.writeMultipleRegisters(10, [1, 2, 65_535])
    expect([...device.holdingRegisters.slice(9, 14)]).toEqual([0, 1, 2, 65_535, 0])
    await master.writeMultipleCoils(5, [true, false, true])
    await master.writeSingleCoil(99, true)
    await master.writeSingleRegister(99, 7)
    const replies = await Promise.all([
      master.readHoldingRegisters(10, 3),
      master.readInputRegisters(3, 2),
      master.readHoldingRegisters(99, 1),
    ])
    expect(replies.map(({ response }) => response.body.valuesAsArray)).toEqual([
      [1, 2, 65_535],
      [215, 65_535],
      [7],
    ])
    const coils = await master.readCoils(5, 3)
    expect(coils.response.body.valuesAsArray.slice(0, 3)).toEqual([1, 0, 1])
    const refused = (await master.readHoldingRegisters(99, 2).catch((error: unknown) => error)) as {
      response: { body: { code: number } }
    }
    expect(refused.response.body.code).toBe(2)
  })

  it('is read and written by modbus-serial', async () => {
    const { device, port } = await startServer()
    const master = new modbusSerial.default()
    await master.connectTCP('127.0.0.1', { port })
    onTestFinished(() => new Promise<void>((resolve) => master.close(() => resolve())))
    master.setID(1)
    await master.writeRegisters(10, [1, 2, 65_535])
    await master.writeRegister(13, 4)
    expect((await master.readHoldingRegisters(10, 4)).data).toEqual([1, 2, 65_535, 4])
    expect((await master.readInputRegisters(3, 2)).data).toEqual([215, 65_535])
    await master.writeCoils(5, [true, false, true])
    await master.writeCoil(8, true)
    expect(device.coils.slice(5, 9)).toEqual([true, false, true, true])
    expect((await master.readCoils(5, 4)).data.slice(0, 4)).toEqual([true, false, true, true])
    expect((await master.readDiscreteInputs(0, 9)).data.slice(0, 9)).not.toContain(true)
    await expect(master.readHoldingRegisters(99, 2)).rejects.toMatchObject({ modbusCode: 2 })
    master.setID(9)
    await expect(master.readHoldingRegisters(0, 1)).rejects.toMatchObject({ modbusCode: 11 })
  })
})

describe('the Modbus client of the examples', () => {
  it('reads and writes a server of jsmodbus', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    onTestFinished(() => void listener.close())
    const slave = new jsmodbus.TCP(listener, {
      holding: Buffer.alloc(200),
      input: Buffer.from('00d7ffff', 'hex'),
      coils: Buffer.alloc(4),
      discrete: Buffer.from('05', 'hex'),
    })
    const modbus = startClient((listener.address() as AddressInfo).port)
    await modbus.writeRegisters(10, [1, 2, 65_535])
    await modbus.writeRegister(13, 4)
    expect(slave.holding.readUInt16BE(24)).toBe(65_535)
    expect(await modbus.readInputRegisters(0, 2)).toEqual([215, 65_535])
    await modbus.writeCoils(3, [true, false, true])
    await modbus.writeCoil(6, true)
    expect(await modbus.readCoils(3, 4)).toEqual([true, false, true, true])
    expect(await modbus.readDiscreteInputs(0, 3)).toEqual([true, false, true])
    const many = Array.from({ length: 300 }, () => modbus.readHoldingRegisters(10, 4))
    expect(new Set((await Promise.all(many)).map(String))).toEqual(new Set(['1,2,65535,4']))
    await modbus.client.close()
  })

  it('reads and writes a server of modbus-serial, and is refused by it', async () => {
    const registers = new Map<number, number>()
    const slave = new ServerTCP(
      {
        getHoldingRegister: (address: number) => registers.get(address) ?? 0,
        getInputRegister(address: number): number {
          if (address > 103)
            throw Object.assign(new Error('no such address'), { modbusErrorCode: 2 })
          return address * 2
        },
        getCoil: (address: number) => address % 2 === 1,
        setRegister: (address: number, value: number) => void registers.set(address, value),
      },
      // A number 0 would be taken for none, and stand for 502.
      { host: '127.0.0.1', port: '0' as unknown as number, unitID: 1 },
    )
    onTestFinished(() => new Promise<void>((resolve) => slave.close(() => resolve())))
    await once(slave as unknown as NodeJS.EventEmitter, 'initialized')
    const inner = (slave as unknown as { _server: { address(): AddressInfo } })._server
    const modbus = startClient(inner.address().port)
    await modbus.writeRegisters(10, [1, 2, 65_535])
    await modbus.writeRegister(13, 4)
    expect(await modbus.readHoldingRegisters(10, 4)).toEqual([1, 2, 65_535, 4])
    expect(await modbus.readInputRegisters(100, 3)).toEqual([200, 202, 204])
    expect(await modbus.readCoils(0, 5)).toEqual([false, true, false, true, false])
    await expect(modbus.readInputRegisters(103, 2)).rejects.toMatchObject({
      name: 'ModbusError',
      code: 2,
    })
    await modbus.client.close()
  })
})
