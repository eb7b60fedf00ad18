import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../test/support/property-runs.js'
import { decodeMessage, decodeSign, encodeMessage, encodeSign, headerSize } from '../src/header.js'
import { Names } from '../src/names.js'

const names = new Names()
const body = Uint8Array.of(1, 2, 3)
const header = { from: 'node-1', epoch: 2 ** 41 + 7, number: 2 ** 33 + 1 }

it('a message has its parts again', () => {
  const bytes = encodeMessage(header, body)
  expect(bytes.length).toBe(headerSize('node-1') + 3)
  const { body: read, ...rest } = decodeMessage(bytes, names) ?? {}
  expect(rest).toEqual(header)
  expect([...(read ?? [])]).toEqual([1, 2, 3])
})

it('a message that is cut off within its header is none', () => {
  const bytes = encodeMessage(header, new Uint8Array())
  for (let length = 0; length < bytes.length; length += 1) {
    expect(decodeMessage(bytes.subarray(0, length), names)).toBeUndefined()
  }
  expect(decodeMessage(bytes, names)?.body.length).toBe(0)
})

it.each([
  ['empty', ''],
  ['with a space', 'node 1'],
  ['with a control character', 'node\u001b'],
  ['longer than 64 bytes', 'n'.repeat(65)],
])('a message or a sign of a node whose name is %s is none', (_what, from) => {
  expect(decodeMessage(encodeMessage({ ...header, from }, body), names)).toBeUndefined()
  expect(decodeSign(encodeSign({ from, instance: 1 }))).toBeUndefined()
})

it('a sign of life with a byte too many or too few is none', () => {
  const signature = { from: 'node-1', instance: 2 ** 40 - 1 }
  const bytes = encodeSign(signature)
  expect(decodeSign(bytes)).toEqual(signature)
  expect(decodeSign(Uint8Array.of(...bytes, 0))).toBeUndefined()
  expect(decodeSign(bytes.subarray(0, -1))).toBeUndefined()
})

it('any bytes are read without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      decodeMessage(bytes, names)
      decodeSign(bytes)
    }),
    runs(1_000),
  )
})

it('names are told apart, however alike, whether they were read before or not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 })),
      (all) => {
        const kept = new Names()
        for (const from of [...all, ...all]) {
          expect(decodeMessage(encodeMessage({ ...header, from }, body), kept)?.from).toBe(from)
        }
      },
    ),
    runs(300),
  )
})

it('numbers up to 2⁴⁸ − 1 are what they were', () => {
  for (const number of [0, 255, 2 ** 16, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1]) {
    expect(decodeMessage(encodeMessage({ ...header, number }, body), names)?.number).toBe(number)
  }
})
