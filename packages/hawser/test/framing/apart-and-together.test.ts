import fc from 'fast-check'
import {
  checksum,
  delimited,
  dotStuffed,
  duplexFraming,
  fixed,
  framing,
  type Framing,
  jsonLines,
  jsonValues,
  lengthPrefixed,
  lines,
  mapFraming,
  netstring,
  raw,
  slip,
} from 'hawser'
import { connectPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'

/** Text that a framing may join to what is sent beside it: halves of characters above all. */
const text = fc
  .array(fc.constantFrom('\ud83d', '\udea2', '🚢', 'é', '€', 'a', ',', '\r'), { maxLength: 6 })
  .map((pieces) => pieces.join(''))

/** Longer than what an outbox joins, and than what it copies. */
const long = fc
  .tuple(text, fc.constantFrom(5_000, 20_000), text)
  .map(([before, length, after]) => `${before}${'x'.repeat(length)}${after}`)

/** Half a character by itself: all that `fixed(3)` takes of one. */
const half = fc.constantFrom('\ud83d', '\udea2')

const messages = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: text },
    { weight: 4, arbitrary: half },
    { weight: 1, arbitrary: long },
  ),
  { minLength: 2, maxLength: 8 },
)

/** Puts the pieces of a message one by one, as an encoder may. */
const inPieces: Framing<unknown, string> = framing<unknown, string>({
  name: 'pieces',
  decoder: () => ({ decode: (bytes) => bytes.length }),
  encoder: () => ({
    encode(message, output) {
      for (let at = 0; at < message.length; at += 1000) output.text(message.slice(at, at + 1000))
    },
  }),
})

const framings: readonly (readonly [string, Framing<unknown, string>])[] = [
  ['raw()', raw()],
  ['fixed(3)', fixed(3)],
  ['fixed(6)', fixed(6)],
  ['lines()', lines()],
  ['lines, CRLF', lines({ sendCrlf: true })],
  ['jsonLines()', jsonLines<unknown, string>()],
  ["delimited(',')", delimited(',')],
  ["delimited(',', { start: '(' })", delimited(',', { start: '(' })],
  ['lengthPrefixed()', lengthPrefixed({ bytes: 4 })],
  ['lengthPrefixed(), with an offset', lengthPrefixed({ bytes: 'varint', offset: 2 })],
  ['lengthPrefixed(), behind a mark', lengthPrefixed({ bytes: 2, start: '##' })],
  ['lengthPrefixed(), in digits', lengthPrefixed({ bytes: 'decimal', until: ' ' })],
  ['netstring()', netstring()],
  ['slip()', slip()],
  [
    'jsonValues()',
    mapFraming(jsonValues(), { decode: String, encode: (message: string) => [message] }),
  ],
  [
    'dotStuffed()',
    mapFraming(dotStuffed(), { decode: String, encode: (message: string) => `${message}\r\n` }),
  ],
  ['checksum()', checksum(lengthPrefixed({ bytes: 4 }), { algorithm: 'crc32' })],
  [
    'mapFraming()',
    mapFraming(lengthPrefixed({ bytes: 4 }), {
      decode: String,
      encode: (message: string) => `${message}!`,
    }),
  ],
  ['duplexFraming()', duplexFraming({ receive: raw(), send: netstring() })],
  ["a framing of a user's own", inPieces],
]

/** The bytes that `sent` leave as, all in one turn or one after the other; and which were refused. */
async function bytesOf(
  encoding: Framing<unknown, string>,
  sent: readonly string[],
  together: boolean,
): Promise<{ bytes: string; refused: readonly boolean[] }> {
  const { connection, peer } = connectPeer<unknown, string>({ framing: encoding })
  const refused: boolean[] = []
  for (const [index, message] of sent.entries()) {
    connection.send(message).catch(() => {
      refused[index] = true
    })
    if (!together) await connection.flush()
  }
  await connection.end()
  const bytes = await peer.receiveAll()
  peer.end()
  await connection.closed
  return { bytes: Buffer.from(bytes).toString('hex'), refused }
}

describe.each(framings)('%s', (_name, encoding) => {
  it('puts the same bytes for a message alone and beside others', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (sent) => {
        const apart = await bytesOf(encoding, sent, false)
        expect(await bytesOf(encoding, sent, true)).toEqual(apart)
      }),
      runs(100),
    )
  })
})
