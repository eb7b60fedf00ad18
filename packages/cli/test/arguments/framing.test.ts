import { describe, expect, it } from 'vitest'
import { parseFraming } from '../../src/arguments/framing.js'

describe('parseFraming', () => {
  it.each([
    ['lines', { kind: 'lines' }],
    ['raw', { kind: 'raw' }],
    ['netstring', { kind: 'netstring' }],
    ['json', { kind: 'json' }],
    ['length:2be', { kind: 'length', bytes: 2, endian: 'big' }],
    ['length:4le', { kind: 'length', bytes: 4, endian: 'little' }],
    ['length:1', { kind: 'length', bytes: 1, endian: 'big' }],
    ['length:varint', { kind: 'length', bytes: 'varint', endian: 'big' }],
    ['delim:0d0A', { kind: 'delim', delimiter: Uint8Array.of(13, 10) }],
    ['fixed:16', { kind: 'fixed', size: 16 }],
  ])('reads %s', (text, expected) => {
    expect(parseFraming(text)).toEqual(expected)
  })

  it.each([
    '',
    'line',
    'lines:2',
    'length',
    'length:2',
    'length:5be',
    'delim',
    'delim:0',
    'delim:xy',
    'fixed',
    'fixed:0',
    'fixed:-1',
  ])('refuses %j and says what to write', (text) => {
    expect(() => parseFraming(text)).toThrow(/^there is no framing ".*": .+/)
  })
})
