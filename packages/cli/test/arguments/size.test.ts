import { describe, expect, it } from 'vitest'
import { parseByteRate, parseSize } from '../../src/arguments/size.js'

describe('parseSize', () => {
  it.each([
    ['1', 1],
    ['4096', 4_096],
    ['64KiB', 65_536],
    ['64k', 65_536],
    ['64kb', 65_536],
    ['1.5MiB', 1_572_864],
    ['2G', 2_147_483_648],
    ['10b', 10],
  ])('%j is %d bytes', (text, bytes) => expect(parseSize('--x')(text)).toBe(bytes))

  it.each(['', '0', '-1', '1.5', 'off', '64 KiB', '1TiB', 'k', '1e3', '0x10'])(
    '%j is no size, and says so with the option',
    (text) => {
      expect(() => parseSize('--max-frame')(text)).toThrow(
        `--max-frame is a size, not ${JSON.stringify(text)}: write 4096, 64KiB or 1MiB`,
      )
    },
  )
})

describe('parseByteRate', () => {
  it('is a size, or off', () => {
    expect(parseByteRate('--x')('4KiB')).toBe(4_096)
    expect(parseByteRate('--x')('off')).toBe(Infinity)
  })

  it('says what it takes', () => {
    expect(() => parseByteRate('--minimum-rate')('0')).toThrow(
      '--minimum-rate is bytes a second, not "0": write 240 or 4KiB, or off',
    )
  })
})
