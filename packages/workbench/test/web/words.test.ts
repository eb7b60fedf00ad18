import { expect, it } from 'vitest'
import type { Row } from '../../web/backend/decode-rows.js'
import { eventText } from '../../web/views/sheet/event-text.js'
import { en } from '../../web/words/en.js'
import { zh } from '../../web/words/zh.js'

/** A row of what happened. */
function eventRow(event: unknown): Row {
  const bytes = new TextEncoder().encode(typeof event === 'string' ? event : JSON.stringify(event))
  return {
    number: 1,
    time: 0,
    connection: 1,
    kind: 'event',
    flags: 0,
    position: 0,
    length: bytes.length,
    bytes,
  }
}

/** What is said with these names in it. */
function say(words: unknown): string {
  if (typeof words === 'string') return words
  const given = ['A1', 'B2', 'C3'].slice(0, (words as (...args: string[]) => string).length)
  return (words as (...args: string[]) => string)(...given)
}

it('each word is there in both languages, with the same things in it', () => {
  expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted())
  for (const name of Object.keys(en) as (keyof typeof en)[]) {
    const [english, chinese] = [say(en[name]), say(zh[name])]
    expect([name, english.trim(), chinese.trim()]).not.toContain('')
    for (const thing of ['A1', 'B2', 'C3']) {
      expect([name, chinese.includes(thing)]).toEqual([name, english.includes(thing)])
    }
  }
})

it.each([
  [
    {
      event: 'open',
      side: 'server',
      localAddress: '::1',
      localPort: 1,
      remoteAddress: '::2',
      remotePort: 2,
    },
    'connected: [::2]:2 → [::1]:1',
  ],
  [
    {
      ...{ event: 'open', side: 'client', localAddress: 'a', localPort: 1, remoteAddress: 'b' },
      ...{ remotePort: 2, tls: { protocol: 'TLSv1.3', cipher: 'AES' } },
    },
    'connected: a:1 → b:2 · TLSv1.3 AES',
  ],
  [{ event: 'close', by: 'remote', reason: 'end' }, 'closed by the peer: end'],
  [
    { event: 'close', by: 'error', reason: 'error', error: { message: 'read ECONNRESET' } },
    'closed by an error: read ECONNRESET',
  ],
  [{ event: 'listening', addresses: ['a:1', 'b:2'] }, 'listening on a:1, b:2'],
  [{ event: 'refused', reason: 'limit', remoteAddress: 'a', remotePort: 3 }, 'refused a:3: limit'],
  [{ event: 'note', text: 'look' }, 'note: look'],
  [{ event: 'note', text: 'look', row: 9 }, 'note on row 9: look'],
  [{ event: 'bookmark' }, 'bookmark'],
  [{ event: 'bookmark', row: 9 }, '★ bookmark on row 9'],
  [{ event: 'bookmark', row: 9, off: true }, 'bookmark removed from row 9'],
  [{ event: 'note', text: 'a', row: 9, file: '/b' }, 'note on row 9: a · /b'],
  [{ event: 'faults', faults: ['drop=1@up', 'latency=5'] }, 'fault: drop=1@up, latency=5'],
  [{ event: 'faults', faults: [] }, 'No faults'],
  [{ event: 'fault', fault: 'drop=1' }, 'fault: drop=1'],
  [{ event: 'responded', rule: 'ping', act: 'reply' }, 'rule ping: reply'],
  [{ event: 'responded', rule: 'ping', act: 'close', delay: 9 }, 'rule ping: close · after 9 ms'],
  [
    { event: 'repeat', name: '', state: 'begun', every: 5, times: null },
    'Repeat · begun · every 5 ms',
  ],
  [
    { event: 'repeat', name: 'a', state: 'stopped', sent: 3, behind: 2, error: 'no connection' },
    'Repeat a · stopped · 3 sent · 2 behind · no connection',
  ],
  [
    { event: 'sequence', name: 'b', state: 'failed', sent: 1, step: 2, error: 'silence' },
    'Sequence b · failed · at step 2 · 1 sent · silence',
  ],
  [{ event: 'lost', rows: 3, in: 1_024, out: 1_024 }, '3 rows are missing here (2.0 KiB)'],
  [{ event: 'of a later version', value: 1 }, 'of a later version value=1'],
  ['no JSON \u202e', 'no JSON \\u{202e}'],
  [{ event: 'close', by: 'remote', reason: '\u001b[2J' }, 'closed by the peer: \\x1b[2J'],
])('%j is said for people', (event, said) => {
  expect(eventText(eventRow(event), en)).toBe(said)
})
