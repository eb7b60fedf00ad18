import fc from 'fast-check'
import { checkFraming, createMemoryNetwork, VirtualClock } from 'hawser/testing'
import { connect, raw, type ServerOptions } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Modbus } from '../../examples/protocols/modbus/client.js'
import { type Device, makeDevice } from '../../examples/protocols/modbus/device.js'
import { type Frame, modbusTcp, pduOf } from '../../examples/protocols/modbus/frames.js'
import { createModbusServer } from '../../examples/protocols/modbus/server.js'
import { runs } from '../support/property-runs.js'
import { damaged, expectOrderly, say } from './support/damage.js'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

async function start(options: ServerOptions<Frame, Frame> = {}) {
  const network = createMemoryNetwork()
  const device: Device = makeDevice(20)
  const server = createModbusServer(new Map([[1, device]]), { network, ...options })
  await server.listen('tcp://127.0.0.1:502')
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  return { network, device, server }
}

/** What the server replies to these bytes, and why it ended. */
async function exchange(bytes: Uint8Array): Promise<string> {
  const { network, server } = await start()
  const client = await connect(server.address(), { network, framing: raw() })
  await client.send(bytes)
  await client.end()
  let replied = ''
  for await (const piece of client) replied += Buffer.from(piece).toString('hex')
  return replied
}

describe('frames of Modbus TCP', () => {
  it('are the same at every cut, and garbage is refused', () => {
    checkFraming(modbusTcp, [
      { send: { transaction: 65_535, unit: 17, pdu: pduOf(3, [0x6b, 3]) } },
      { send: { transaction: 0, unit: 255, pdu: new Uint8Array(253).fill(7) } },
      {
        bytes: hex('1501000000061103006b0003'),
        receive: [{ transaction: 0x1501, unit: 17, pdu: hex('03006b0003') }],
      },
    ])
  })

  it.each([
    ['of another protocol', '000100020006010300000001', 'frame-malformed'],
    ['without a unit', '000100000000', 'frame-malformed'],
    ['without a function code', '00010000000101', 'frame-malformed'],
    ['longer than 260 bytes', '0001000000ff01', 'frame-too-large'],
    ['that end early', '0001000000060103', 'frame-truncated'],
  ])('%s are refused', async (_, bytes, reason) => {
    const { network, server } = await start()
    expect(await say(server, network, [hex(bytes)])).toBe(reason)
  })

  it('that are begun and not gone on with are given up', async () => {
    const clock = new VirtualClock()
    const { network, server } = await start({ clock })
    const ended = new Promise<string>((resolve) => {
      server.once('connection', (peer) => void peer.closed.then(({ reason }) => resolve(reason)))
    })
    const client = await connect(server.address(), { network, framing: raw() })
    await client.send(hex('000100000006'))
    expect(await clock.runUntil(ended)).toBe('frame-timeout')
  })
})

describe('the Modbus server of the examples', () => {
  it.each([
    ['a function that it does not have', '000100000002012b', '00010000000301ab01'],
    ['an address that it does not have', '000100000006010300140001', '000100000003018302'],
    ['the last address and one more', '000100000006010300130002', '000100000003018302'],
    ['none at all', '000100000006010300000000', '000100000003018303'],
    ['more than a frame holds', '00010000000601030000007e', '000100000003018303'],
    ['a coil that is half on', '000100000006010500000100', '000100000003018503'],
    [
      'a count that its bytes do not have',
      '00010000000901100000000203000102',
      '000100000003019003',
    ],
    ['a request that is too short', '0001000000040103000a', '000100000003018303'],
    ['a unit that is not there', '000100000006020300000001', '00010000000302830b'],
  ])('refuses %s with an exception', async (_, request, reply) => {
    expect(await exchange(hex(request))).toBe(reply)
  })

  it('replies to requests in one piece in their order', async () => {
    const two = '000100000006010600020007000200000006010300020001'
    expect(await exchange(hex(two))).toBe('0001000000060106000200070002000000050103020007')
  })

  it('survives whatever comes, and serves the next client', async () => {
    const { network, server } = await start()
    const good = Buffer.concat([
      hex('000100000006010600020007'),
      hex('00020000000601030002000a'),
      hex('000300000009010f0000000a025501'),
    ])
    await fc.assert(
      fc.asyncProperty(damaged([good]), async (pieces) => {
        expectOrderly(await say(server, network, pieces))
      }),
      runs(300),
    )
    await using client = new Modbus(server.address(), { network, unit: 1 }).client
    const reply = await client.request({ transaction: 0, unit: 1, pdu: pduOf(1, [0, 1]) })
    expect(reply.pdu.length).toBe(3)
    expect(server.info().memory.used).toBe(0)
  })
})
