import {
  checksum,
  delimited,
  dotStuffed,
  fixed,
  jsonLines,
  jsonValues,
  lengthPrefixed,
  lines,
  mapFraming,
  netstring,
  slip,
  type Framing,
} from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { serve, ways } from './support/consuming.js'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

const mebibyte = 1024 * 1024

interface Breach {
  readonly situation: string
  readonly framing: Framing<unknown, unknown>
  /** A good frame goes before it, in the same chunk. */
  readonly good: string
  readonly bytes: Uint8Array | string
  readonly code: string
  readonly reason: string
}

function breach(
  situation: string,
  framing: Framing<unknown, unknown>,
  good: string,
  bytes: Uint8Array | string,
  [code, reason]: readonly [string, string],
): Breach {
  return { situation, framing, good, bytes, code, reason }
}

const tooLarge = ['HAWSER_FRAME_TOO_LARGE', 'frame-too-large'] as const
const malformed = ['HAWSER_FRAME_MALFORMED', 'frame-malformed'] as const
const invalidText = ['HAWSER_TEXT_INVALID', 'text-invalid'] as const
const four = lengthPrefixed({ bytes: 4 })
const array = mapFraming(jsonValues({ maxFrame: 1_024 }), { decode: String, encode: String })
const summed = checksum(lengthPrefixed({ bytes: 1 }), { algorithm: 'xor8' })

const breaches: readonly Breach[] = [
  breach('a length header of 4 GiB', four, '\0\0\0\x04good', Buffer.alloc(4, 0xff), tooLarge),
  breach(
    'a length header of 2^64-1',
    lengthPrefixed({ bytes: 8 }),
    '\0\0\0\0\0\0\0\x04good',
    Buffer.alloc(8, 0xff),
    tooLarge,
  ),
  breach(
    'a varint header that never ends',
    lengthPrefixed({ bytes: 'varint' }),
    '\x04good',
    Buffer.alloc(32, 0xff),
    malformed,
  ),
  breach(
    'bytes between frames with a mark in front of the length',
    lengthPrefixed({ bytes: 1, start: '##' }),
    '##\x04good',
    '\n##\x04more',
    malformed,
  ),
  breach(
    'a length in BER of the indefinite form',
    lengthPrefixed({ bytes: 'ber' }),
    '\x04good',
    '\x80',
    malformed,
  ),
  breach(
    'a length in digits that has others',
    lengthPrefixed({ bytes: 'decimal', digits: 4 }),
    '0004good',
    'GET /',
    malformed,
  ),
  breach(
    'a length in digits without end',
    lengthPrefixed({ bytes: 'decimal', until: ' ' }),
    '4 good',
    '9'.repeat(1_000),
    tooLarge,
  ),
  breach(
    'a header that lengthOf does not know',
    lengthPrefixed({ lengthOf: ([kind]) => (kind === 0x67 ? 4 : undefined), header: 1 }),
    'good',
    'bad',
    malformed,
  ),
  breach(
    'an escape that SLIP does not have',
    slip(),
    'good\u00c0',
    Buffer.from('db78c0', 'hex'),
    malformed,
  ),
  breach(
    'a frame of SLIP without end',
    slip({ maxFrame: 64 }),
    'good\u00c0',
    'x'.repeat(200),
    tooLarge,
  ),
  breach(
    'a mail that ends with line feeds alone',
    mapFraming(dotStuffed(), {
      decode: (mail) => mail.subarray(0, 4),
      encode: (mail: string) => mail,
    }),
    'good\r\n.\r\n',
    'more\n.\nMAIL FROM:<>\r\n',
    malformed,
  ),
  breach('values of JSON nested without end', array, '["good"]', '['.repeat(10_000), malformed),
  breach('a value that is no object or array', array, '["good"]', 'true', malformed),
  breach('a value of JSON without end', array, '["good"]', `["${'x'.repeat(2_000)}`, tooLarge),
  breach('a line without end', lines({ maxFrame: 1_024 }), 'good\n', 'x'.repeat(2_000), tooLarge),
  breach('a netstring longer than it may be', netstring(), '4:good,', '1048577:', tooLarge),
  breach('a netstring without a length', netstring(), '4:good,', 'abc', malformed),
  breach('a netstring with a length of many zeros', netstring(), '4:good,', '00000', malformed),
  breach('a netstring without its comma', netstring(), '4:good,', '3:abc;', malformed),
  breach('text that is no JSON', jsonLines(), '"good"\n', '{"a":\n', malformed),
  breach(
    'bytes between frames with marks at both ends',
    delimited('>', { start: '<' }),
    '<good>',
    '\n<more>',
    malformed,
  ),
  breach(
    'a frame without its second mark',
    delimited('>', { start: '<', between: 'skip', maxFrame: 1_024 }),
    '\n<good>\n',
    `<${'x'.repeat(2_000)}`,
    tooLarge,
  ),
  breach('a wrong checksum', summed, '\x05good\x03', '\x05good\x04', malformed),
  breach('a frame without its checksum', summed, '\x05good\x03', '\0', malformed),
  breach(
    'a message that decode of mapFraming refuses',
    mapFraming(lines(), { decode: JSON.parse, encode: String }),
    '"good"\n',
    'bad\n',
    malformed,
  ),
  breach(
    'text that is no UTF-8, rejected',
    lines({ invalid: 'reject' }),
    'good\n',
    Buffer.from([0xc3, 0x28, 0x0a]),
    invalidText,
  ),
  breach(
    'a bare carriage return where CRLF is required',
    lines({ crlf: 'require' }),
    'good\r\n',
    'a\r.\r\n',
    malformed,
  ),
  breach(
    'a bare line feed where CRLF is required',
    lines({ crlf: 'require' }),
    'good\r\n',
    'bare\n',
    malformed,
  ),
]

describe.each(ways)('a breach of the framing, seen by %s', (way) => {
  it.each(breaches.map((each) => [each.situation, each] as const))('%s', async (_name, each) => {
    const { server, outcome } = await serve(way, { framing: each.framing })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send(Buffer.concat([Buffer.from(each.good, 'latin1'), Buffer.from(each.bytes)]))
    await peer.receivesEnd()
    peer.end()
    const { messages, thrown, info } = await outcome
    expect(messages.map(String)).toEqual(['good'].map((text) => asMessage(text, each.framing)))
    expect(thrown).toMatchObject({ code: each.code })
    expect(info).toMatchObject({ by: 'error', reason: each.reason, error: { code: each.code } })
    expect(server.connections.size).toBe(0)
  })
})

/** How `String` shows the good frame under this framing: some deliver text, some bytes. */
function asMessage(text: string, { name }: Framing<unknown, unknown>): string {
  return name.startsWith('lines') || name.startsWith('json')
    ? text
    : String(new Uint8Array(Buffer.from(text)))
}

describe('a length header of 4 GiB', () => {
  it('allocates nothing', async () => {
    const { server, outcome } = await serve('a handler object', { framing: four })
    const before = process.memoryUsage()
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]))
    await peer.receivesEnd()
    const after = process.memoryUsage()
    peer.end()
    await outcome
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 * mebibyte)
    expect(after.rss - before.rss).toBeLessThan(256 * mebibyte)
  })
})

describe('text that is no UTF-8', () => {
  it('is replaced when nobody chose otherwise', async () => {
    const { server, outcome } = await serve('iteration', { framing: lines() })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send(Buffer.from([0x61, 0xc3, 0x28, 0x0a]))
    peer.end()
    expect((await outcome).messages).toEqual(['a\ufffd('])
  })
})

describe('a frame that is too large under oversize: discard', () => {
  it.each(ways)('is skipped and the next one is delivered, seen by %s', async (way) => {
    const framing = lines({ maxFrame: 100, oversize: 'discard' })
    const { server, outcome } = await serve(way, { framing })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send(`first\n${'x'.repeat(500_000)}\nsecond\n`)
    peer.end()
    const { messages, info } = await outcome
    expect(messages).toEqual(['first', 'second'])
    expect(info).toMatchObject({ reason: 'ended' })
  })
})

describe.each(ways)('a frame cut off by FIN, seen by %s', (way) => {
  it.each<[string, Framing<unknown, unknown>, string]>([
    ['after a part of a length header', lengthPrefixed({ bytes: 4 }), '\0\0\0\x04good\0\0'],
    ['in the middle of a frame', lengthPrefixed({ bytes: 4 }), '\0\0\0\x04good\0\0\0\x09cut'],
    ['in the middle of a fixed frame', fixed(4), 'goodcu'],
    ['in the middle of a netstring', netstring(), '4:good,9:cut'],
    ['in the middle of a line that needs CRLF', lines({ crlf: 'require' }), 'good\r\n.'],
    ['before the end of a line that must have one', lines({ unterminated: 'reject' }), 'good\ncut'],
  ])('%s', async (_name, framing, text) => {
    const { server, outcome } = await serve(way, { framing })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send(Buffer.from(text, 'latin1'))
    peer.end()
    await peer.receivesEnd()
    const { messages, thrown, info } = await outcome
    expect(messages).toHaveLength(1)
    expect(thrown).toMatchObject({ code: 'HAWSER_FRAME_TRUNCATED' })
    expect(info).toMatchObject({ by: 'error', reason: 'frame-truncated' })
    expect(info.undelivered).toBeGreaterThan(0)
  })

  it('delivers a last line without its end, which is the default', async () => {
    const { server, outcome } = await serve(way, { framing: lines() })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('first\nlast')
    peer.end()
    await peer.receivesEnd()
    const { messages, thrown, info } = await outcome
    expect(messages).toEqual(['first', 'last'])
    expect(thrown).toBeUndefined()
    expect(info).toMatchObject({ reason: 'ended', undelivered: 0 })
  })
})

describe.each(ways)('a reset in the middle of a frame, seen by %s', (way) => {
  it('is reported as a reset and never as a frame', async () => {
    const { server, outcome } = await serve(way, { framing: lines() })
    const peer = await ScriptedPeer.connect(server.address())
    await peer.send('whole\nhal')
    await until(() => server.info().bytesRead === 9)
    peer.reset()
    const { messages, thrown, info } = await outcome
    expect(messages).toEqual(['whole'])
    expect(thrown).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    expect(info).toMatchObject({ by: 'remote', reason: 'reset', bytesRead: 9 })
  })
})
