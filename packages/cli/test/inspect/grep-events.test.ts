import { expect, it } from 'vitest'
import { grepEvents } from '../../src/inspect/show/grep-events.js'
import type { ServerEvent } from '../../src/output/events.js'

const opened = (id: number): ServerEvent => ({
  event: 'opened',
  ...{ id, how: 'accepted', remote: '127.0.0.1:1', local: '127.0.0.1:2' },
  ...{ program: 'a.js', pid: 1, connections: 1 },
})
const says = (id: number, direction: 'in' | 'out', text: string): ServerEvent => ({
  event: 'message',
  ...{ id, direction, bytes: Buffer.from(text) },
})
const closed = (id: number): ServerEvent => ({
  event: 'closed',
  ...{ id, by: 'remote', reason: 'ended', in: 1, out: 1, connections: 0 },
})

function show(expression: RegExp, ...events: ServerEvent[]): string[] {
  const shown: string[] = []
  const tell = grepEvents((event) => {
    const text = event.event === 'message' ? ` ${Buffer.from(event.bytes).toString()}` : ''
    shown.push(`${'id' in event ? event.id : ''} ${event.event}${text}`.trim())
  }, expression)
  for (const event of events) tell(event)
  return shown
}

it('shows messages with a match, and how their connections began and ended', () => {
  const shown = show(
    /order=\d+/,
    opened(1),
    opened(2),
    says(1, 'in', 'hello'),
    says(2, 'in', 'order=7'),
    says(2, 'out', 'thanks'),
    { event: 'note', id: 1, what: 'lost', text: '' },
    closed(1),
    { event: 'notice', text: '' },
    closed(2),
  )
  expect(shown).toEqual(['2 opened', '2 message order=7', 'notice', '2 closed'])
})

it('a match may be cut, but not across directions or connections', () => {
  const cut = [says(1, 'in', 'ord'), says(1, 'in', 'er=1'), says(1, 'in', 'x')]
  expect(show(/order=1/, opened(1), ...cut)).toEqual(['1 opened', '1 message er=1'])
  const other = [says(1, 'in', 'ord'), says(1, 'out', 'er=1'), says(2, 'in', 'er=1')]
  expect(show(/order=1/, opened(1), opened(2), ...other)).toEqual([])
})

it('an expression that would take years for a message shows no further one, and says so', () => {
  const shown: string[] = []
  const tell = grepEvents((event) => {
    shown.push(event.event === 'notice' ? event.text : event.event)
  }, /(?:a+)+$/)
  tell(opened(1))
  tell(says(1, 'in', 'aa'))
  tell(says(1, 'in', `${'a'.repeat(60)}!`))
  tell(says(1, 'in', 'aa'))
  tell(closed(1))
  expect(shown).toEqual([
    'opened',
    'message',
    expect.stringMatching(
      /^no further message is shown: --grep took more than 1000 ms for one comparison/,
    ),
    'closed',
  ])
})
