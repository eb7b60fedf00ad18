import { connectPair } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { parseFraming } from '../../src/arguments/framing.js'
import { Verbatim } from '../../src/wire/adapter.js'
import { createFraming } from '../../src/wire/framing.js'

const binary = Uint8Array.from({ length: 256 }, (_, index) => index).filter((byte) => byte !== 10)

function connect(framing: string, crlf = false): ReturnType<typeof connectPair<Uint8Array, never>> {
  return connectPair<Uint8Array, never>({
    framing: createFraming(parseFraming(framing), { crlf }),
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
