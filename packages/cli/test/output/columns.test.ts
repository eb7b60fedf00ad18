import { describe, expect, it } from 'vitest'
import { createColours } from '../../src/output/colours.js'
import { type ColumnOptions, createColumnRenderer } from '../../src/output/columns.js'
import type { ServerEvent } from '../../src/output/events.js'
import { columnsOf } from '../../src/output/width.js'

const time = new Date(2026, 0, 2, 3, 4, 5, 6)

function render(event: ServerEvent, options: Partial<ColumnOptions> = {}): string {
  return createColumnRenderer({
    colours: createColours(false),
    aligned: false,
    hex: false,
    workers: false,
    limit: 4096,
    width: () => Infinity,
    ...options,
  })(event, time)
}

const closed: ServerEvent = {
  event: 'closed',
  id: 3,
  by: 'remote',
  reason: 'ended',
  phase: 'open',
  bytesRead: 1234,
  bytesWritten: 5,
  unsent: 0,
  connections: 2,
}

describe('columns', () => {
  it('shows who connected and how many are there', () => {
    const event = { event: 'connected', id: 3, remote: '127.0.0.1:5', local: 'x', connections: 2 }
    expect(render(event as ServerEvent)).toBe('03:04:05.006 @3 connected 127.0.0.1:5 (2 open)\n')
  })

  it('shows direction, size and text of a message', () => {
    const bytes = Buffer.from('hello')
    expect(render({ event: 'message', id: 3, direction: 'in', bytes })).toBe(
      '03:04:05.006 @3 in 5 B hello\n',
    )
    expect(render({ event: 'message', id: 3, direction: 'out', bytes })).toContain(
      '@3 out 5 B hello',
    )
  })

  it('shows to how many a message went, and who was too slow', () => {
    const bytes = Buffer.from('hi')
    const event = { event: 'message', direction: 'out', bytes, recipients: 4, missed: 1 } as const
    expect(render(event)).toBe('03:04:05.006 @all out to 4 2 B (1 too slow) hi\n')
  })

  it('shows why a connection ended and the bytes each way', () => {
    expect(render(closed)).toBe(
      '03:04:05.006 @3 closed by the peer, 1,234 B in, 5 B out (2 open)\n',
    )
    expect(render({ ...closed, skipped: 1_000 })).toContain(
      'by the peer, 1,234 B in, 1,000 B skipped, 5 B out',
    )
  })

  it('shows what was left unsent, and the error', () => {
    const event = {
      ...closed,
      by: 'error',
      reason: 'connection-failed',
      unsent: 9,
      error: 'no\nroute',
    } as const
    expect(render(event)).toContain('failed, 1,234 B in, 5 B out, 9 B unsent: no\\nroute')
  })

  it('shows who was refused, with the limit', () => {
    const event = {
      event: 'refused',
      remote: '127.0.0.1:5',
      reason: 'limit',
      connections: 3,
      limit: 3,
    }
    expect(render(event as ServerEvent)).toBe(
      '03:04:05.006 refused 127.0.0.1:5 limit: 3 connections, the limit is 3\n',
    )
  })

  it.each([
    ['per-address', 'per-address: 3 connections from there, the limit is 3'],
    ['rate', 'rate: the limit is 3 a second'],
    ['denied', 'denied'],
  ])('shows why an address was refused: %s', (reason, text) => {
    const event = { event: 'refused', remote: '127.0.0.1:5', reason, connections: 3, limit: 3 }
    expect(render(event as ServerEvent)).toBe(`03:04:05.006 refused 127.0.0.1:5 ${text}\n`)
  })

  it('keeps an event on one line, whatever the peer sent', () => {
    const bytes = Buffer.from('a\r\nb\u2028c\x85d\ve\fg')
    expect(render({ event: 'message', id: 1, direction: 'in', bytes })).toMatch(/^[^\r\n]*\n$/)
  })

  it('puts the columns below each other when aligned', () => {
    const short = render(
      { event: 'message', id: 1, direction: 'in', bytes: Buffer.from('x') },
      { aligned: true },
    )
    const long = render(
      { event: 'message', id: 12, direction: 'out', bytes: Buffer.alloc(1000, 'y') },
      { aligned: true },
    )
    expect(short.indexOf('x')).toBe(long.indexOf('y'))
  })

  it('fits the commonest lines into 80 columns', () => {
    const wide = { aligned: true, width: () => 80 }
    const event = { ...closed, bytesRead: 123_456, bytesWritten: 23_456, connections: 12 }
    for (const line of [
      render(event, wide),
      render(
        { event: 'connected', id: 12, remote: '192.168.100.100:54321', local: '', connections: 12 },
        wide,
      ),
    ]) {
      expect(line).toMatch(/^[^\n]{1,80}\n$/)
    }
  })

  it('continues what is wider below where it began', () => {
    const event = {
      ...closed,
      reason: 'reset',
      error: 'the peer reset the connection while we sent',
    }
    expect(render(event, { aligned: true, width: () => 70 }).split('\n')).toEqual([
      '03:04:05.006  @3    closed     reset by the peer, 1,234 B in, 5 B out:',
      '                               the peer reset the connection while we',
      '                               sent (2 open)',
      '',
    ])
  })

  it.each([
    ['a NUL, which takes four columns', Buffer.alloc(500)],
    ['a wide character', Buffer.from('漢'.repeat(500))],
    ['a letter', Buffer.alloc(500, 'x')],
  ])('shows three rows of %s and counts the rest', (_what, bytes) => {
    const event = { event: 'message', id: 3, direction: 'in', bytes } as const
    const line = render(event, { aligned: true, width: () => 80 }).trimEnd()
    expect(line).toMatch(/… [\d,]+ more bytes$/)
    expect(columnsOf(line)).toBeGreaterThan(160)
    expect(columnsOf(line)).toBeLessThanOrEqual(240)
  })

  it('names the worker of a client, in columns that are wider for it', () => {
    const event = { event: 'message', id: 7, direction: 'in', bytes: Buffer.from('x') } as const
    const workers = { aligned: true, workers: true, width: () => 80 }
    expect(render(event, { ...workers, worker: 3 })).toBe(
      '03:04:05.006  @3.7    in               1 B  x\n',
    )
    expect(render({ event: 'error', code: '', message: 'oh' }, workers)).toBe(
      '03:04:05.006          error      oh\n',
    )
  })

  it('shows a dump instead of the text', () => {
    const event = { event: 'message', id: 1, direction: 'in', bytes: Buffer.from('hi') } as const
    const [first, second] = render(event, { hex: true }).split('\n')
    expect(first).toBe('03:04:05.006 @1 in 2 B')
    expect(second).toMatch(/^< 00000000 {2}68 69 .*\|hi\|$/)
    const sent = render({ ...event, direction: 'out' }, { hex: true }).split('\n')
    expect(sent[1]).toMatch(/^> 00000000 {2}68 69 .*\|hi\|$/)
  })

  it('marks escapes by colour, so that a peer cannot fake them', () => {
    const bytes = Buffer.from('\\x07\x07')
    const event = { event: 'message', id: 1, direction: 'in', bytes } as const
    const line = render(event, { colours: createColours(true) })
    expect(line).toContain('\x1b[7m\\\\\x1b[27mx07\x1b[7m\\x07\x1b[27m')
  })
})
