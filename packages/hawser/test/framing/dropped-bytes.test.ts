import { expect, it } from 'vitest'
import { delimited } from '../../src/framing/formats/delimited.js'
import { jsonValues } from '../../src/framing/formats/json/json-values.js'
import { lengthPrefixed } from '../../src/framing/formats/length/length-prefixed.js'
import { lines } from '../../src/framing/formats/lines.js'
import { netstring } from '../../src/framing/formats/netstring.js'
import { slip } from '../../src/framing/formats/slip.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import type { Framing } from '../../src/framing/framing.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { latin1 } from './support/bytes-output.js'
import { cutEvery } from './support/decoding.js'

const limits = { maxFrame: 4, oversize: 'discard' } as const

it.each<[string, Framing<unknown, never>, string, number]>([
  ['lines', lines(limits), 'ok\n12345\r\nok\n', 7],
  ['delimited', delimited('||', limits), 'ok||123456||ok||', 8],
  ['delimited, with start', delimited('>', { start: '<', ...limits }), '<ok><12345><ok>', 7],
  [
    'with bytes between',
    delimited('>', { start: '<', between: 'skip', ...limits }),
    '<ok>\n<12345>\n',
    9,
  ],
  ['lengthPrefixed', lengthPrefixed({ bytes: 1, ...limits }), '\x02ok\x0512345\x02ok', 6],
  [
    'behind a mark',
    lengthPrefixed({ bytes: 1, start: '##', ...limits }),
    '##\x02ok##\x0512345##\x02ok',
    8,
  ],
  [
    'lengthOf',
    lengthPrefixed({ lengthOf: ([size]) => size, header: 1, ...limits }),
    '\x03ok\x06abcde',
    6,
  ],
  ['netstring', netstring(limits), '2:ok,5:12345,2:ok,', 8],
  ['slip', slip(limits), 'ok\xc012345\xc0ok\xc0', 6],
  ['slip, by far', slip(limits), 'ok\xc0123456789\xc0ok\xc0', 10],
  ['jsonValues', jsonValues(limits), '[12][1234] [12]', 6],
])('%s counts the bytes of frames that it drops', (_name, framing, stream, skipped) => {
  for (const size of [1, 2, 100]) {
    const reader = new FrameReader(framing, portableOperations)
    for (const piece of cutEvery(latin1(stream), size)) reader.feed(piece, false, 0, () => true)
    expect(reader.skipped).toBe(skipped)
  }
})
