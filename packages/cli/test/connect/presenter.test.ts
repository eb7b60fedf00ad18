import { describe, expect, it } from 'vitest'
import { createPresenter, type PresenterOptions } from '../../src/connect/presenter.js'
import { createColours } from '../../src/output/colours.js'

function present(options: Partial<PresenterOptions>, ...messages: (string | Uint8Array)[]): string {
  const presenter = createPresenter({
    stream: true,
    terminal: false,
    json: false,
    hex: false,
    colours: createColours(false),
    ...options,
  })
  const shown = messages.map((message) => Buffer.from(presenter.present(Buffer.from(message))))
  return Buffer.concat([...shown, Buffer.from(presenter.finish())]).toString('latin1')
}

describe('what arrives', () => {
  it('goes into a pipe byte for byte', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(present({}, all, all)).toBe(Buffer.concat([all, all]).toString('latin1'))
  })

  it('goes into a pipe a line a message under a framing', () => {
    expect(present({ stream: false }, 'a', 'b')).toBe('a\nb\n')
  })

  it('cannot act on a terminal, but breaks its lines', () => {
    expect(present({ terminal: true }, 'a\tb\r\nc\x1b[2J\rd\n')).toBe('a\tb\nc\\x1b[2J\\rd\n')
    expect(present({ terminal: true, stream: false }, 'a\tb\x07', '\u202e')).toBe(
      'a\\tb\\x07\n\\u202e\n',
    )
  })

  it('is whole on a terminal though it comes in pieces', () => {
    const smiley = Buffer.from('😀')
    const shown = present(
      { terminal: true },
      smiley.subarray(0, 1),
      smiley.subarray(1, 3),
      smiley.subarray(3),
      'a\r',
      '\nb',
    )
    expect(shown).toBe(Buffer.from('😀a\nb').toString('latin1'))
  })

  it('is shown as malformed when its rest never comes', () => {
    expect(present({ terminal: true }, Uint8Array.of(0xf0, 0x9f))).toBe('\\xf0\\x9f')
  })

  it('is dumped with offsets that count on in a stream, and from 0 in a message', () => {
    expect(present({ hex: true }, 'ab', 'c')).toMatch(/^00000000 .*\n00000002 .*\n$/)
    expect(present({ hex: true, stream: false }, 'ab', 'c')).toMatch(/^00000000 .*\n00000000 .*\n$/)
  })

  it('is a JSON object a line', () => {
    const lines = present({ json: true, stream: false }, 'a', 'b').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(['a', 'b'])
  })
})
