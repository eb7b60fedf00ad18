import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { openLog } from 'hawser/log'
import { DeskTest } from '../support/desk.js'

async function eventsOf(test: DeskTest): Promise<unknown[]> {
  await test.log.flush()
  await using reader = await openLog(test.file)
  const events: unknown[] = []
  for await (const { event } of reader.rows({ kinds: ['event'] })) events.push(event)
  return events
}

it('a bookmark is an event of the log, and so is that it is none any more', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  await test.ask(both, { do: 'bookmark', row: 7, on: true, session: 2 })
  await test.ask(both, { do: 'bookmark', row: 7, on: false })
  expect(await eventsOf(test)).toEqual([
    { event: 'bookmark', row: 7, session: 2 },
    { event: 'bookmark', row: 7, off: true },
  ])
})

it('a file that is looked at is not written: what is said of its rows names it', async () => {
  const test = await DeskTest.create()
  test.sessions.fileOf = () => '/logs/old.hawser'
  const both = test.open()
  await test.ask(both, { do: 'bookmark', row: 3, on: true, log: 5 })
  await test.ask(both, { do: 'note', row: 3, text: 'here', log: 5 })
  expect(await eventsOf(test)).toEqual([
    { event: 'bookmark', row: 3, file: '/logs/old.hawser' },
    { event: 'note', text: 'here', row: 3, file: '/logs/old.hawser' },
  ])
})

it('a view has only the events that are asked for', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  const connection = test.log.open()
  connection.in(Buffer.from('{"event":"note"}'))
  test.log.event({ event: 'note', text: 'a' })
  connection.event({ event: 'bookmark' })
  test.log.event({ event: 'fault' })
  await test.log.flush()
  const filter = { events: ['note', 'bookmark'] }
  await test.ask(both, { do: 'open-view', view: 1, filter })
  await both.page.next(() => both.page.pushes('view').find(({ scanned }) => scanned === 5))
  const reply = await test.ask(both, { do: 'rows', view: 1, from: 0, count: 10 })
  expect(reply).toMatchObject({ numbers: [2, 3] })
  // It grows as the log does.
  await test.ask(both, { do: 'bookmark', row: 1, on: true })
  await both.page.next(() => both.page.pushes('view').find(({ rows }) => rows === 3))
})
