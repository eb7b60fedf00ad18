import { describe, expect, it } from 'vitest'
import type { ServerEvent } from '../../src/output/events.js'
import { maskEvents } from '../../src/foreground/mask-events.js'

const rules = [{ pattern: /AUTH (\S{1,20})/ }]

function message(id: number | undefined, direction: 'in' | 'out', text: string): ServerEvent {
  const bytes = Buffer.from(text)
  return id === undefined
    ? { event: 'message', direction, bytes, recipients: 2 }
    : { event: 'message', id, direction, bytes }
}

const closed: ServerEvent = {
  event: 'closed',
  ...{ id: 1, by: 'error', reason: 'frame-malformed', phase: 'open' },
  ...{ bytesRead: 1, bytesWritten: 1, unsent: 0, connections: 0 },
}

function show(isStream: boolean, ...events: ServerEvent[]): string[] {
  const shown: string[] = []
  const tell = maskEvents(
    (event) => {
      shown.push(
        event.event === 'message' ? Buffer.from(event.bytes).toString() : JSON.stringify(event),
      )
    },
    rules,
    isStream,
  )
  for (const event of events) tell(event)
  return shown
}

describe('events of a server, masked', () => {
  it('a message is whole, and shown at once', () => {
    const events = [message(1, 'in', 'AUTH sec'), message(1, 'in', 'ret'), message(1, 'out', 'AUT')]
    expect(show(false, ...events)).toEqual(['AUTH ***', 'ret', 'AUT'])
  })

  it('a piece of a stream waits for what follows it, or for the end', () => {
    const pieces = [message(1, 'in', 'AUTH sec'), message(2, 'in', 'x'), message(1, 'in', 'ret ')]
    expect(show(true, ...pieces)).toEqual(['x', 'AUTH ***', '*** '])
    const end = JSON.stringify(closed)
    expect(show(true, message(1, 'in', 'AUTH sec'), closed)).toEqual(['AUTH ***', end])
    expect(show(true, message(undefined, 'out', 'AUTH sec'))).toEqual(['AUTH ***'])
  })

  it('what a framing says of bytes is left out: it may quote them', () => {
    const quoted = 'Unexpected token, "AUTH sec"... is not valid JSON'
    const error: ServerEvent = { event: 'error', id: 1, code: 'HAWSER_X', message: quoted }
    const own: ServerEvent = { event: 'error', code: 'HAWSER_Y', message: 'a port is taken' }
    const shown = show(false, { ...closed, error: quoted }, error, own)
    expect(shown).toEqual([
      JSON.stringify(closed),
      JSON.stringify({ ...error, message: 'HAWSER_X: what it says is left out, for --mask' }),
      JSON.stringify(own),
    ])
  })
})
