import { connect, delimited } from 'hawser'
import { expect, it } from 'vitest'
import { expandVariables } from '../../src/variables/expand.js'
import { createList } from '../support/sessions.js'

/** What a client gets of what a server sends with variables. */
async function sends(templates: readonly (string | Uint8Array)[]): Promise<Buffer[]> {
  const both = await createList()
  const definition = { kind: 'server', name: 'a', listen: '127.0.0.1:0', framing: 'lines' } as const
  const id = await both.list.start(definition)
  const { addresses } = await both.until(id, ({ state }) => state !== 'starting')
  const client = await connect(addresses[0] ?? '', { framing: delimited('\n') })
  await both.until(id, ({ connections }) => connections === 1)
  const got: Buffer[] = []
  for (const template of templates) {
    await both.list.send(id, Buffer.from(template), undefined, true)
    got.push(Buffer.from(await client.receive()))
  }
  await client.close()
  return got
}

it('the sequence counts the messages of a session', async () => {
  const got = await sends(['{{seq}} {{seq}}', 'no. {{seq}}', '{{seq}}'])
  expect(got.map(String)).toEqual(['1 1', 'no. 2', '3'])
})

it('the time and what is random', async () => {
  const [time, random, other] = (
    await sends(['{{time}}', '{{random:8}}-{{random:1}}', '{{random:9999}}'])
  ).map(String)
  expect(new Date(time!).toISOString()).toBe(time)
  expect(random).toMatch(/^[A-Za-z0-9]{8}-[A-Za-z0-9]$/)
  expect(other).toMatch(/^[A-Za-z0-9]{9999}$/)
  expect(new Set(other).size).toBe(62)
})

it('the checksum is of all bytes before it, low byte first', async () => {
  // The check value of CRC-16/MODBUS is 0x4b37; what has its own checksum behind it has the checksum 0.
  const [check, twice] = await sends(['123456789{{crc16}}!', '123456789{{crc16}}{{crc16}}'])
  expect(check).toEqual(Buffer.from('123456789\x37\x4b!', 'latin1'))
  expect(twice?.subarray(-2)).toEqual(Buffer.from([0, 0]))
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).filter(
    (byte) => byte !== 10,
  )
  const [of] = await sends([Buffer.concat([all, Buffer.from('{{crc16}}')])])
  expect(of?.subarray(-2)).toEqual(bitByBit(all))
})

/** As the document describes it: Modbus over serial line 1.02, 6.2.2. */
function bitByBit(bytes: Uint8Array): Buffer {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  }
  return Buffer.from([crc & 0xff, crc >>> 8])
}

it('of millions of variables no more are looked for than may be', () => {
  const most = 16 * 1024 * 1024
  expect(() => expandVariables(Buffer.alloc(most, '{{seq}}'), 1)).toThrow(/more than 256/)
  expect(expandVariables(Buffer.alloc(most, '{'), 1).length).toBe(most)
})

it('what is no variable stays, and so do bytes that are no text', async () => {
  const plain = '{{name}} {{random}} {{random:0}} {{random:10000}} {{ seq }} {seq} {{seq'
  const bytes = Buffer.from([0xff, 0xfe, 0x80, 0])
  expect(await sends([plain, bytes])).toEqual([Buffer.from(plain), bytes])
})

it('without being asked for nothing is put in, and too many variables are refused', async () => {
  const both = await createList()
  const definition = { kind: 'server', name: 'a', listen: '127.0.0.1:0', framing: 'lines' } as const
  const id = await both.list.start(definition)
  const { addresses } = await both.until(id, ({ state }) => state !== 'starting')
  const client = await connect(addresses[0] ?? '', { framing: delimited('\n') })
  await both.until(id, ({ connections }) => connections === 1)
  await both.list.send(id, Buffer.from('{{seq}}'))
  expect(String(Buffer.from(await client.receive()))).toBe('{{seq}}')
  expect(() =>
    both.list.send(id, Buffer.from('{{random:9999}}'.repeat(257)), undefined, true),
  ).toThrow(/more than 256 variables are in the message/)
  await client.close()
})
