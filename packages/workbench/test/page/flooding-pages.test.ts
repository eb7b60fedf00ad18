import { expect, it } from 'vitest'
import { Inbox } from '../../src/page/inbox.js'
import { Turns } from '../../src/page/turns.js'
import { Served } from '../support/page.js'

/** Take so many milliseconds of this thread. */
function work(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

/** An inbox whose requests take as long; the names of those that were taken. */
function openInbox(turns: Turns, milliseconds: number, taken: string[], paused: number[] = []) {
  return new Inbox(
    {
      pause: (waiting) => void paused.push(waiting),
      resume: () => void paused.push(-1),
      take(request) {
        work(milliseconds)
        taken.push(request.toString())
      },
    },
    turns,
  )
}

it('a page that floods takes turns with the others, and a part of each turn', async () => {
  const turns = new Turns()
  const taken: string[] = []
  const [flood, other] = [openInbox(turns, 2, taken), openInbox(turns, 2, taken)]
  for (let number = 0; number < 50; number++) flood.add(Buffer.from('flood'))
  other.add(Buffer.from('one'))
  other.add(Buffer.from('two'))
  expect(taken).toEqual([])
  const seen: number[] = []
  while (taken.length < 52) {
    await new Promise(setImmediate)
    seen.push(taken.length)
  }
  expect(taken.slice(0, 4)).toEqual(['flood', 'one', 'flood', 'two'])
  // 8 ms of each turn: what else there is to do is done between them.
  const [first = 0] = seen.filter((count) => count > 0)
  expect(first).toBeLessThanOrEqual(5)
  expect(seen.length).toBeGreaterThan(10)
})

it('a page is not read while as much waits as may, and is read again when half of it is done', async () => {
  const taken: string[] = []
  const paused: number[] = []
  const inbox = openInbox(new Turns(), 0, taken, paused)
  for (let number = 0; number < 300; number++) inbox.add(Buffer.from(`${number}`))
  expect(paused).toEqual([257])
  while (taken.length < 300) await new Promise(setImmediate)
  expect(paused).toEqual([257, -1])
  expect(taken).toEqual(taken.map((_, number) => `${number}`))
  inbox.add(Buffer.alloc(5 * 1024 * 1024))
  expect(paused).toEqual([257, -1, 1])
  while (taken.length < 301) await new Promise(setImmediate)
  expect(paused).toEqual([257, -1, 1, -1])
  // Of a page that has gone nothing more is done.
  inbox.add(Buffer.from('late'))
  inbox.clear()
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  expect(taken).toHaveLength(301)
})

it('each request of a flood is taken in its order, and it is said once how many wait', async () => {
  const said: string[] = []
  const taken: string[] = []
  const served = await Served.start({
    noticed: (text) => said.push(text),
    opened(page) {
      page.listen({
        message(text) {
          work(0.02)
          taken.push(text)
        },
        close: () => undefined,
      })
    },
  })
  const page = await served.open()
  const count = 3_000
  for (let number = 0; number < count; number++) page.send(`${number}`)
  while (taken.length < count) await new Promise(setImmediate)
  expect(taken).toEqual(taken.map((_, number) => `${number}`))
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(/^a page asks faster than it is served: \d+ requests of it wait$/)
})
