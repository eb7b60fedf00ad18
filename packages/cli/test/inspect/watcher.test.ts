import type { SeenConnection, SeenThread } from '@hawser/inspect'
import { expect, it } from 'vitest'
import { parseOnly } from '../../src/inspect/watch/only.js'
import { Screen } from '../../src/inspect/show/screen.js'
import { Watcher } from '../../src/inspect/watch/watcher.js'
import { createColours } from '../../src/output/colours.js'
import { createColumnRenderer } from '../../src/output/columns.js'
import { createJsonRenderer } from '../../src/output/json.js'
import type { ServerEvent } from '../../src/output/events.js'

const thread: SeenThread = {
  ...{ number: 1, pid: 4711, ppid: 1, threadId: 0, node: 'v20.19.0', title: 'app.js' },
  ...{ argv: ['node', 'app.js'], missing: [] },
}

type Fields = Partial<{ -readonly [Key in keyof SeenConnection]: SeenConnection[Key] }>

function connection(id: number, fields: Fields): SeenConnection {
  const none = { in: 0, out: 0 }
  const usual = { id, thread, role: 'accept', captured: none, lost: none, before: none }
  return { ...usual, ...fields } as SeenConnection
}

class Watching {
  readonly events: ServerEvent[] = []
  readonly watcher: Watcher

  constructor(only?: string, isMasked = false) {
    const tell = (event: ServerEvent): void => void this.events.push(event)
    const screen = new Screen(tell, { isMasked, isHttp2Shown: false })
    this.watcher = new Watcher(only === undefined ? undefined : [parseOnly(only)], [screen])
  }

  get lines(): string[] {
    const render = createColumnRenderer({
      ...{ colours: createColours(false), aligned: false, workers: false, hex: false },
      ...{ limit: Infinity, width: () => Infinity },
    })
    // Without the time.
    return this.events.map((event) =>
      render(event, new Date(0))
        .replace(/^[\d:.]{12} /, '')
        .trimEnd(),
    )
  }
}

const bytes = (direction: 'in' | 'out', text: string) => ({
  ...{ direction, bytes: Buffer.from(text), isTls: false },
})
const end = { by: 'remote', reason: 'ended', counted: { in: 10, out: 20 } } as const

it('a conversation is shown with its program, its protocol and its end', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, { local: '127.0.0.1:80', remote: '127.0.0.1:5000' })
  watcher.thread(thread, 1)
  watcher.open(one, 2)
  watcher.bytes(one, bytes('in', 'GET / HTTP/1.1\r\n'), 3)
  watcher.bytes(one, bytes('in', '\r\n'), 4)
  watcher.close(one, end, 5)
  watcher.threadEnded(thread)
  expect(watching.lines).toEqual([
    'process app.js 4711, Node.js v20.19.0',
    '@1 accepted 127.0.0.1:5000 at :80, app.js 4711 (1 open)',
    String.raw`@1 in 16 B (HTTP) GET / HTTP/1.1\r\n`,
    String.raw`@1 in 2 B \r\n`,
    '@1 closed HTTP, by the peer, 10 B in, 20 B out (0 open)',
    'process app.js 4711 ended',
  ])
})

it('a client is shown when it is known where it leads', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, { role: 'connect', host: 'db.example:5432' })
  watcher.open(one, 1)
  expect(watching.lines).toEqual([])
  one.remote = '10.0.0.2:5432'
  watcher.event(one, { event: 'connected' }, 2)
  expect(watching.lines).toEqual([
    '@1 connected 10.0.0.2:5432 (db.example:5432), app.js 4711 (1 open)',
  ])
})

it('a client that is refused was tried', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, { role: 'connect', host: 'db.example:5432' })
  watcher.open(one, 1)
  watcher.close(one, { by: 'error', reason: 'ECONNREFUSED', counted: { in: 0, out: 0 } }, 2)
  expect(watching.lines).toEqual([
    '@1 tried db.example:5432, app.js 4711 (1 open)',
    '@1 closed ECONNREFUSED, 0 B in, 0 B out (0 open)',
  ])
})

it('with --only the others are not counted either', () => {
  const watching = new Watching('port=5432')
  const { watcher } = watching
  const web = connection(1, { remote: '127.0.0.1:80' })
  const database = connection(2, { role: 'connect', host: 'db:5432', remote: '10.0.0.2:5432' })
  watcher.open(web, 1)
  watcher.bytes(web, bytes('in', 'web'), 2)
  watcher.open(database, 3)
  watcher.bytes(database, bytes('out', 'sql'), 4)
  watcher.close(web, end, 5)
  watcher.missed(thread, { connections: 3, in: 1, out: 1 })
  expect(watching.lines).toHaveLength(2)
  expect(watching.lines[0]).toMatch(/^@1 connected 10.0.0.2:5432/)
  expect(watcher.end()).toMatchObject({ connections: 1, open: 1, in: 0, out: 3 })
})

it('what was lost is said where it is missing, at the end, and in the sum', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, {
    remote: 'local',
    captured: { in: 5, out: 14 },
    lost: { in: 5, out: 6 },
  })
  watcher.open(one, 1)
  watcher.event(one, { event: 'lost', missed: { in: 5, out: 6 } }, 2)
  watcher.close(one, end, 3)
  watcher.missed(thread, { connections: 2, in: 100, out: 0 })
  expect(watching.lines.slice(1)).toEqual([
    '@1 lost 5 B in, 6 B out came faster than they could be taken',
    '@1 closed by the peer, 10 B in, 20 B out; 5 B in, 6 B out of it not seen (0 open)',
  ])
  watching.events.push(watcher.end())
  expect(watching.lines.at(-1)).toBe(
    'seen: 3 connections of 0 threads, 105 B in, 6 B out; 105 B in, 6 B out of it not seen',
  )
})

it('with --mask nothing is shown behind a gap', () => {
  const watching = new Watching(undefined, true)
  const { watcher } = watching
  const [one, two] = [connection(1, { remote: 'a' }), connection(2, { remote: 'b' })]
  watcher.open(one, 1)
  watcher.open(two, 1)
  watcher.event(one, { event: 'lost', missed: { in: 5, out: 0 } }, 2)
  watcher.bytes(one, bytes('in', 'hunter2'), 3)
  watcher.bytes(two, bytes('in', 'shown'), 3)
  const said = watching.lines.join('\n')
  expect(said).toMatch(/@1 unseen its bytes are left out/)
  expect(said).not.toMatch('hunter2')
  expect(said).toMatch('@2 in 5 B shown')
})

it('what a runtime does not show is said once', () => {
  const watching = new Watching()
  const { watcher } = watching
  watcher.thread({ ...thread, missing: ['push', 'later'] }, 1)
  watcher.thread({ ...thread, number: 2, threadId: 1, missing: ['push', 'later'] }, 2)
  expect(watching.lines).toEqual([
    'process app.js 4711, Node.js v20.19.0',
    'Node.js v20.19.0 does not show what programs read, later',
    'thread app.js 4711/1, Node.js v20.19.0',
  ])
})

it('why a connection is not shown is said', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, { remote: 'a', unseen: 'http2' })
  watcher.open(one, 1)
  watcher.event(one, { event: 'unseen' }, 2)
  expect(watching.lines[1]).toBe(
    '@1 unseen HTTP/2 is read and written by Node.js itself: --http2 shows it, where it has TLS',
  )
})

it('a client that Node.js reads and writes itself is counted by its socket', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, { role: 'connect', host: 'a:80' })
  watcher.open(one, 1)
  one.unseen = 'http2'
  watcher.event(one, { event: 'unseen' }, 2)
  expect(watching.lines).toEqual([])
  watcher.close(one, { ...end, by: 'local' }, 3)
  expect(watching.lines.map((line) => line.replace(/:.*/, ''))).toEqual([
    '@1 connected a',
    '@1 unseen HTTP/2 is read and written by Node.js itself',
    '@1 closed by the program, 10 B in, 20 B out (0 open)',
  ])
  expect(watcher.end()).toMatchObject({ in: 10, out: 20, lost: { in: 10, out: 20 } })
})

it('as JSON, each event has the time of the program', () => {
  const watching = new Watching()
  const { watcher } = watching
  const tls = { version: 'TLSv1.3', cipher: 'X', alpn: 'h2', sni: 'a.example' }
  const one = connection(1, { role: 'connect', remote: 'a:1', tls })
  watcher.open(one, 1)
  watcher.event(one, { event: 'tls' }, 2)
  watcher.bytes(one, bytes('in', 'x'), 3)
  const render = createJsonRenderer()
  const json = watching.events.map((event) => JSON.parse(render(event, new Date(7))))
  expect(json[1]).toEqual({
    time: new Date(7).toISOString(),
    ...{ event: 'secured', id: 1 },
    tls: { protocol: 'TLSv1.3', cipher: 'X', servername: 'a.example', alpn: 'h2' },
  })
  expect(watching.events.map((event) => 'seenAt' in event && event.seenAt)).toEqual([1, 2, 3])
})

it('after its end nothing is said any more', () => {
  const watching = new Watching()
  const { watcher } = watching
  const one = connection(1, { remote: 'a' })
  watcher.open(one, 1)
  watcher.end()
  watcher.bytes(one, bytes('in', 'x'), 2)
  watcher.close(one, end, 3)
  watcher.threadEnded(thread)
  expect(watching.lines).toHaveLength(1)
})
