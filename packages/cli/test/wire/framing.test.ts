import { connectPair } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { namedFraming } from '../support/named-framing.js'
import { Verbatim } from '../../src/wire/adapter.js'
import { createFraming } from '../../src/wire/framing.js'

const binary = Uint8Array.from({ length: 256 }, (_, index) => index).filter((byte) => byte !== 10)

function connect(framing: string, crlf = false): ReturnType<typeof connectPair<Uint8Array, never>> {
  return connectPair<Uint8Array, never>({
    framing: createFraming(namedFraming(framing), { crlf }),
  })
}

describe('every framing', () => {
  it.each([
    ['lines', binary],
    ['raw', binary],
    ['length:2be', binary],
    ['length:varint', binary],
    ['delim:0a', binary],
    ['fixed:255', binary],
    ['netstring', binary],
    ['json', Buffer.from('{"a":[1,"ü",null]}')],
    ['json-values', Buffer.from('{"a":[1,"ü",null]}')],
    ['slip,checksum=crc16-x25', binary],
    ['dots', Buffer.from('.a\r\n..\r\n\xff\r\n', 'latin1')],
    ['lines,invalid=reject', Buffer.from('ü')],
  ])('%s carries bytes unharmed', async (framing, message) => {
    const [client, server] = connect(framing)
    await client.send(Uint8Array.from(message) as never)
    await client.end()
    const received: Uint8Array[] = []
    for await (const chunk of server) received.push(chunk)
    expect(Buffer.concat(received).equals(message)).toBe(true)
    await Promise.all([client.close(), server.close()])
  })

  it.each(['lines', 'netstring', 'json', 'length:4be'])(
    '%s lets a response past',
    async (framing) => {
      const client = connect(framing)[0]
      await client.send(new Verbatim(Buffer.from('HTTP/1.1 200 OK')) as never)
      expect(client.bytesWritten).toBe(15)
      client.reset()
      await client.closed
    },
  )
})

it('lines end with CRLF when that is asked for', async () => {
  const [client] = connect('lines', true)
  await client.send(Buffer.from('ab') as never)
  expect(client.bytesWritten).toBe(4)
  client.reset()
  await client.closed
})

it('text that is not JSON is refused with what to write', async () => {
  const [client] = connect('json')
  await expect(client.send(Buffer.from('no json') as never)).rejects.toMatchObject({
    code: 'HAWSER_MESSAGE_INVALID',
    message: expect.stringMatching(/write a JSON value/) as unknown,
  })
  client.reset()
  await client.closed
})

it.each(['json', 'json-values', 'lines,invalid=reject'])(
  'bytes that are no UTF-8 are refused by %s, and not changed',
  async (framing) => {
    const [client] = connect(framing)
    await expect(client.send(Uint8Array.of(0x22, 0xff, 0x22) as never)).rejects.toMatchObject({
      code: 'HAWSER_MESSAGE_INVALID',
      message: expect.stringMatching(/is not UTF-8/) as unknown,
    })
    client.reset()
    await client.closed
  },
)

it('text that has to be UTF-8 and is not ends the connection', async () => {
  const [client, server] = connect('lines,invalid=reject')
  await client.send(new Verbatim(Uint8Array.of(0xff, 10)) as never)
  const read = server[Symbol.asyncIterator]().next()
  await expect(read).rejects.toMatchObject({ code: 'HAWSER_TEXT_INVALID' })
  await client.close()
})

it('bytes that are skipped are counted', async () => {
  const [client, server] = connect('delim:03,start=02,between=skip')
  await client.send(new Verbatim(Buffer.from('zz\x02a\x03z')) as never)
  for await (const message of server) {
    expect(Buffer.from(message).toString()).toBe('a')
    break
  }
  expect(server.skipped).toBe(3)
  await Promise.all([client.close(), server.close()])
})

it.each([
  ['length:2be,offset=70000', '--framing: offset is 70000, and must be a whole number from 0'],
  ['length:decimal', '--framing: digits or until'],
  ['fixed:0', '--framing: size is 0'],
  ['delim:0a,between=skip', '--framing: between needs start'],
  ['slip,checksum=crc32,checksum.bytes=3', '--framing: checksum.bytes is 3'],
  ['json-values,maxDepth=0', '--framing: maxDepth is 0'],
])('what the library does not take of %s is said in words of the command', (text, message) => {
  expect(() => createFraming(namedFraming(text), { crlf: false })).toThrow(message)
})
