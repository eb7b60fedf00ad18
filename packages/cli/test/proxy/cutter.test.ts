import { describe, expect, it } from 'vitest'
import { parseFraming } from '../../src/arguments/framing/parse.js'
import { loadFraming } from '../../src/wire/load-framing.js'
import { Cutter } from '../../src/proxy/lanes/cutter.js'

async function cut(
  framing: string,
  pieces: readonly string[],
  maxFrame?: number,
): Promise<string[]> {
  const seen: string[] = []
  const choice = parseFraming(framing)
  const loaded = await loadFraming(choice, { crlf: false, maxFrame })
  const cutter = new Cutter(choice.kind === 'raw' ? undefined : loaded, {
    message: (bytes) => seen.push(Buffer.from(bytes).toString('latin1')),
    failed: (error) => seen.push(`failed: ${(error as Error).message}`),
  })
  for (const piece of pieces) cutter.cut(Buffer.from(piece, 'latin1'))
  cutter.end()
  return seen
}

describe('what is shown of a direction', () => {
  it('is each piece as it came without a framing', async () => {
    expect(await cut('raw', ['a\nb', 'c'])).toEqual(['a\nb', 'c'])
  })

  it('is each message, however it was cut', async () => {
    const text = 'one\ntwo\nthree\nfour'
    const whole = await cut('lines', [text])
    expect(whole).toEqual(['one', 'two', 'three', 'four'])
    expect(await cut('lines', text.split(''))).toEqual(whole)
    expect(await cut('lines', ['on', 'e\ntw', 'o\nthree\n', 'four'])).toEqual(whole)
    expect(await cut('length:1', ['\x03ab', 'c\x02d', 'e\x00'])).toEqual(['abc', 'de', ''])
  })

  it('is each piece again once the bytes do not fit the framing', async () => {
    const [first, failed, rest, last] = await cut('netstring', ['3:abc,', 'nonsense', 'more'])
    expect([first, rest, last]).toEqual(['abc', 'nonsense', 'more'])
    expect(failed).toMatch(/^failed: /)
  })

  it('is no message longer than --max-frame', async () => {
    const seen = await cut(
      'lines',
      Array.from({ length: 100 }, () => 'x'.repeat(10)),
      64,
    )
    expect(seen.filter((text) => text.startsWith('failed: '))).toHaveLength(1)
    expect(seen.filter((text) => !text.startsWith('failed: ')).join('')).toBe('x'.repeat(1000))
  })
})
