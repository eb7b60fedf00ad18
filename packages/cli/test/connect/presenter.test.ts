import { describe, expect, it } from 'vitest'
import {
  createPresenter,
  type Presenter,
  type PresenterOptions,
} from '../../src/connect/presenter.js'
import { createColours } from '../../src/output/colours.js'

function create(options: Partial<PresenterOptions>): Presenter {
  return createPresenter({
    stream: true,
    terminal: false,
    conversation: false,
    json: false,
    hex: false,
    colours: createColours(false),
    ...options,
  })
}

function present(options: Partial<PresenterOptions>, ...messages: (string | Uint8Array)[]): string {
  const presenter = create(options)
  const shown = messages.map((message) => Buffer.from(presenter.received(Buffer.from(message))))
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
    expect(present({ hex: true }, 'ab', 'c')).toMatch(/^< 00000000 .*\n< 00000002 .*\n$/)
    expect(present({ hex: true, stream: false }, 'ab', 'c')).toMatch(
      /^< 00000000 .*\n< 00000000 .*\n$/,
    )
  })

  it('is a JSON object a line', () => {
    const lines = present({ json: true, stream: false }, 'a', 'b').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(['a', 'b'])
  })
})

describe('what is sent', () => {
  const row = (mark: string, at: string, hex: string, text: string): string =>
    `${mark} ${at}  ${hex.padEnd(48)}  |${text}|\n`

  it('is dumped as well, with a mark and offsets of its own', () => {
    const { sent, received } = create({ hex: true })
    expect(sent(Buffer.from('ab'))).toBe(row('>', '00000000', '61 62', 'ab'))
    expect(received(Buffer.from('c'))).toBe(row('<', '00000000', '63', 'c'))
    expect(sent(Buffer.from('d'))).toBe(row('>', '00000002', '64', 'd'))
  })

  it('is said to be empty when it is', () => {
    const { sent, received } = create({ hex: true, stream: false })
    expect(sent(new Uint8Array(0))).toBe('> (no bytes)\n')
    expect(received(new Uint8Array(0))).toBe('< (no bytes)\n')
  })

  it('fits a terminal of 80 columns, and nothing in it acts on one', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    const rows = create({ hex: true }).sent(all).trimEnd().split('\n')
    expect(rows.map((each) => each.length)).toEqual(rows.map(() => 80))
    expect(rows.join('')).toMatch(/^[ -~]+$/)
  })

  it.each([
    { json: true, hex: true },
    { terminal: true },
    { terminal: true, stream: false, conversation: true },
    {},
    { stream: false },
  ])('is not shown otherwise: %j', (options) => {
    expect(create(options).sent(Buffer.from('a'))).toBe('')
  })
})

it('a message that arrives has a mark where a person types', () => {
  const options = { terminal: true, stream: false }
  expect(present({ ...options, conversation: true }, '> a\x1b')).toBe('< > a\\x1b\n')
  expect(present(options, 'a')).toBe('a\n')
})

it('marks have colours of their own', () => {
  const colours = createColours(true)
  const { sent, received } = create({ hex: true, colours })
  expect(sent(Buffer.from('a')).split(' ')[0]).toBe('\u001b[35m>\u001b[39m')
  expect(String(received(Buffer.from('a'))).split(' ')[0]).toBe('\u001b[36m<\u001b[39m')
})
