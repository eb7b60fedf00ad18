import { connectPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { duplexFraming } from '../../src/framing/combinators/duplex-framing.js'
import { framing } from '../../src/framing/formats/custom.js'
import { fixed } from '../../src/framing/formats/fixed.js'
import { jsonLines } from '../../src/framing/formats/json/json-lines.js'
import { lines } from '../../src/framing/formats/lines.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

// With the same framing twice, it has all properties of that one.
describeFraming('duplexFraming({ receive: fixed(3), send: fixed(3) })', {
  framing: duplexFraming({ receive: fixed(3), send: fixed(3) }),
  message: binaryMessage(3).filter((message) => bytesOf(message).length === 3),
  received: bytesOf,
  piece: bytesAmong('abc', 7),
  large: {
    framing: duplexFraming({ receive: fixed(4500), send: fixed(4500) }),
    message: new Uint8Array(4500),
  },
  overhead: 0,
})

const endless = framing<string>({
  name: 'endless',
  maxFrame: 100,
  overhead: 10,
  decoder: () => ({ decode: () => 0 }),
  encoder: () => ({ encode: (message, output) => output.text(message) }),
})

describe.each(bothOperations)('duplexFraming() with %s operations', (_, operations) => {
  it.each([1, 2, 100])('reads by the one, in chunks of %i, and writes by the other', (size) => {
    const client = duplexFraming({ receive: fixed(2), send: jsonLines<unknown, number>() })
    expect(decodeChunks(client, operations, cutEvery(latin1('abcd'), size)).frames).toEqual([
      'bytes:ab',
      'bytes:cd',
    ])
    expect(encodeAll(client, operations, [1, 2])).toEqual(latin1('1\n2\n'))
  })

  it('holds what arrives to the limit of the one that reads it', () => {
    const wide = duplexFraming({ receive: endless, send: lines({ maxFrame: 1_000_000 }) })
    expect(wide).toMatchObject({ name: 'endless/lines', maxFrame: 1_000_000, overhead: 10 })
    const decode = (size: number): string | undefined =>
      decodeChunks(wide, operations, cutEvery(new Uint8Array(size), 7)).error
    expect(decode(110)).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode(111)).toBe('HAWSER_FRAME_TOO_LARGE')
  })

  it('leaves as much as it likes when it was stopped', () => {
    const one = { ...endless, createDecoder: lines({ maxFrame: 10 }).createDecoder }
    const wide = duplexFraming({ receive: one, send: lines() })
    const decoder = wide.createDecoder(operations)
    expect(decoder.decode(latin1('a\n'.repeat(500)), () => false, false)).toBe(2)
  })

  it('ends as the one that reads does', () => {
    const send = lines({ maxFrame: 1_000_000_0 })
    expect(
      decodeChunks(duplexFraming({ receive: fixed(2), send }), operations, [latin1('a')]),
    ).toEqual({ frames: [], error: 'HAWSER_FRAME_TRUNCATED' })
    const short = lines({ maxFrame: 5 })
    expect(
      decodeChunks(duplexFraming({ receive: short, send }), operations, [latin1('a')]),
    ).toEqual({ frames: ['a'], error: undefined })
  })

  it.each([
    {},
    { receive: lines() },
    { receive: lines(), send: 'lines' },
    { receive: lines(), send: lines(), out: lines() },
  ])('refuses %o', (options) => {
    expect(catchError(() => duplexFraming(options as never)).code).toBe('HAWSER_INVALID_OPTION')
  })
})

it('serves a connection, whose peer has the two the other way round', async () => {
  const { connection, peer } = connectPeer({
    framing: duplexFraming({ receive: lines(), send: fixed(2) }),
  })
  await peer.send(latin1('go\n'))
  for await (const line of connection) {
    await connection.send(line)
    break
  }
  await connection.end()
  expect(Buffer.from(await peer.receiveAll()).toString()).toBe('go')
  peer.end()
  await connection.closed
})
