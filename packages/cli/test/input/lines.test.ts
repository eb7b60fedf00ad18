import { describe, expect, it } from 'vitest'
import { readLines, withoutReturn } from '../../src/input/lines.js'

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

async function collect(input: AsyncIterable<Uint8Array>): Promise<[string, boolean][]> {
  const lines: [string, boolean][] = []
  for await (const line of readLines(input)) {
    lines.push([Buffer.from(line.bytes).toString(), line.terminated])
  }
  return lines
}

describe('readLines', () => {
  it('gives the same lines however the input is cut', async () => {
    const text = 'one\n\ntwo and a half\nthree'
    const expected = await collect(chunks(text))
    expect(expected).toEqual([
      ['one', true],
      ['', true],
      ['two and a half', true],
      ['three', false],
    ])
    for (let cut = 1; cut < text.length; cut++) {
      expect(await collect(chunks(text.slice(0, cut), text.slice(cut)))).toEqual(expected)
    }
  })

  it('has no line behind the last line feed', async () => {
    expect(await collect(chunks('one\n'))).toEqual([['one', true]])
    expect(await collect(chunks())).toEqual([])
  })

  it('hands on a line without end in pieces', async () => {
    const lines = await collect(chunks(...Array.from({ length: 5 }, () => 'x'.repeat(300_000))))
    expect(lines.map(([text, terminated]) => [text.length, terminated])).toEqual([
      [1_200_000, false],
      [300_000, false],
    ])
  })
})

describe('withoutReturn', () => {
  it('takes one carriage return off the end', () => {
    const texts = ['a\r', 'a', '\r', '', 'a\r\r'].map((text) => withoutReturn(Buffer.from(text)))
    expect(texts.map(String)).toEqual(['a', 'a', '', '', 'a\r'])
  })
})
