import { describe, expect, it } from 'vitest'
import type { MessageEvent } from '../../src/output/events.js'
import { createJsonRenderer } from '../../src/output/json.js'

const time = new Date(0)

function message(bytes: Uint8Array): MessageEvent {
  return { event: 'message', id: 1, direction: 'in', bytes }
}

describe('JSON output', () => {
  it('is one object a line', () => {
    const line = createJsonRenderer()(message(Buffer.from('a\n"b"')), time)
    expect(line.endsWith('\n')).toBe(true)
    expect(line.slice(0, -1)).not.toContain('\n')
    expect(JSON.parse(line)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      event: 'message',
      id: 1,
      direction: 'in',
      size: 5,
      text: 'a\n"b"',
    })
  })

  it('holds nothing that acts on a terminal, and means the same', () => {
    const text = '\x1b[2J\x7f\x85\u202e\u2028\u{e0041}\ufeff ok 👍'
    const line = createJsonRenderer()(message(Buffer.from(text)), time)
    expect(line).toMatch(/^[ -~👍]*\n$/u)
    expect((JSON.parse(line) as { text: string }).text).toBe(text)
  })

  it('adds the bytes where the text cannot say them', () => {
    const line = createJsonRenderer()(message(Uint8Array.of(0x61, 0xff)), time)
    expect(JSON.parse(line)).toMatchObject({ size: 2, text: 'a\ufffd', hex: '61ff' })
  })

  it('always adds the bytes with hex', () => {
    const line = createJsonRenderer({ hex: true })(message(Buffer.from('hi')), time)
    expect(JSON.parse(line)).toMatchObject({ text: 'hi', hex: '6869' })
  })
})
