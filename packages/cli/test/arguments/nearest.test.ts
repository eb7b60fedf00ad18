import { expect, it } from 'vitest'
import { nearest } from '../../src/arguments/nearest.js'

const words = ['offset', 'oversize', 'start', 'crc16-modbus', 'crc16-x25', 'crc32']

it.each([
  ['ofset', 'offset'],
  ['Offset', 'offset'],
  ['off', 'offset'],
  ['strat', 'start'],
  ['crc23', 'crc32'],
  ['crc16', undefined],
  ['o', undefined],
  ['', undefined],
  ['nothing', undefined],
  ['x'.repeat(100_000), undefined],
])('%.20s was meant to be %s', (wrong, meant) => {
  expect(nearest(wrong, words)).toBe(meant)
})
