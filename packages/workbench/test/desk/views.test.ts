import { expect, it } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { createSheet } from '../../src/sheet/create-sheet.js'
import type { Sheet } from '../../src/sheet/sheet.js'
import { DeskTest } from '../support/desk.js'

const open = { do: 'open-view', view: 1, filter: {} } as const
const rows = { do: 'rows', view: 1, from: 0, count: 512 } as const

/** A sheet that counts the views that are open, and how often rows are read. */
function countViews(): { sheet: Sheet; counts: { open: number; opened: number; reads: number } } {
  const inner = createSheet()
  const counts = { open: 0, opened: 0, reads: 0 }
  const sheet: Sheet = {
    async open(path, filter) {
      const view = await inner.open(path, filter)
      counts.open++
      counts.opened++
      const close = view.close.bind(view)
      const read = view.rows.bind(view)
      view.rows = (...given) => {
        counts.reads++
        return read(...given)
      }
      let isOpen = true
      view.close = () => {
        if (isOpen) counts.open--
        isOpen = false
        close()
      }
      return view
    },
    close: () => inner.close(),
  }
  return { sheet, counts }
}

it('a page opens a view, hears how it grows, and gets its rows', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  await test.ask(both, open)
  const connection = test.log.open()
  connection.in(Buffer.from('ahoy'))
  connection.close()
  await test.log.flush()
  await both.page.next(() => both.page.pushes('view').find((push) => push.rows === 3))
  const frame = await test.ask(both, rows)
  expect(frame).toMatchObject({ numbers: [0, 1, 2] })
  expect(both.page.pushes('view').at(-1)).toMatchObject({ view: 1, rows: 3, total: 3, scanned: 3 })
})

it('a note is in the log, and its row is said', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  test.log.event({ event: 'note', text: 'before' })
  const { value } = (await test.ask(both, { do: 'note', text: 'here', row: 0 })) as {
    value: { row: number }
  }
  test.log.event({ event: 'note', text: 'behind' })
  await test.log.flush()
  await test.ask(both, open)
  await both.page.next(() => both.page.pushes('view').find((push) => push.rows === 3))
  const found = await test.ask(both, {
    do: 'find',
    view: 1,
    pattern: { as: 'text', text: '"here"' },
    from: 0,
  })
  expect(found).toMatchObject({ value: { row: value.row } })
  expect(value.row).toBe(1)
})

it('two pages have views of their own with the same numbers', async () => {
  const test = await DeskTest.create()
  test.log.event({ event: 'note', text: 'x' })
  test.log.open()
  await test.log.flush()
  const [one, other] = [test.open(), test.open()]
  await test.ask(one, open)
  await test.ask(other, { ...open, filter: { connection: 1 } })
  await other.page.next(() => other.page.pushes('view').find((push) => push.rows === 1))
  await one.page.next(() => one.page.pushes('view').find((push) => push.rows === 2))
  one.desk.close()
  expect(await test.ask(other, rows)).toMatchObject({ numbers: [1] })
})

it('a page that closes frees its views, those as well that are just being opened', async () => {
  const test = await DeskTest.create()
  const { sheet, counts } = countViews()
  test.sheet = sheet
  const both = test.open()
  await test.ask(both, open)
  expect(counts.open).toBe(1)
  test.say(both.desk, { ...open, view: 2 })
  both.desk.close()
  await until(() => counts.opened === 2 && counts.open === 0)
})

it('a search for a page that closes is given up', async () => {
  const test = await DeskTest.create()
  const signals: (AbortSignal | undefined)[] = []
  const inner = createSheet()
  test.sheet = {
    async open(path, filter) {
      const view = await inner.open(path, filter)
      view.find = (_pattern, _from, _backwards, signal) => {
        signals.push(signal)
        return new Promise(() => undefined)
      }
      return view
    },
    close: () => inner.close(),
  }
  const both = test.open()
  await test.ask(both, open)
  const pattern = { as: 'text', text: 'x' } as const
  test.say(both.desk, { do: 'find', view: 1, pattern, from: 0 })
  await until(() => signals.length === 1)
  both.desk.close()
  expect(signals[0]?.aborted).toBe(true)
})

it('a view that is opened again with its number takes the place of the one before', async () => {
  const test = await DeskTest.create()
  const { sheet, counts } = countViews()
  test.sheet = sheet
  const both = test.open()
  const first = test.say(both.desk, open)
  const second = test.say(both.desk, { ...open, filter: { connection: 5 } })
  expect(await both.page.reply(first)).toMatchObject({ error: { code: 'WORKBENCH_NOT_NOW' } })
  expect(await both.page.reply(second)).toMatchObject({ value: null })
  expect(counts.open).toBe(1)
})

it('a page has 16 views at most, and may open another one when it closes one', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  for (let view = 0; view < 16; view++) await test.ask(both, { ...open, view })
  expect(await test.ask(both, { ...open, view: 16 })).toMatchObject({
    error: { code: 'WORKBENCH_NOT_NOW' },
  })
  await test.ask(both, { do: 'close-view', view: 3 })
  expect(await test.ask(both, { ...open, view: 16 })).toMatchObject({ value: null })
  expect(await test.ask(both, { ...rows, view: 3 })).toMatchObject({
    error: { code: 'WORKBENCH_NOT_FOUND' },
  })
})

it('a log that is none is refused, and leaves room for another one', async () => {
  const test = await DeskTest.create()
  test.sessions.fileOf = () => test.file.replace('session', 'none')
  const both = test.open()
  for (let view = 0; view < 20; view++) {
    expect(await test.ask(both, { ...open, view, log: 1 })).toMatchObject({
      error: { code: 'WORKBENCH_FAILED' },
    })
  }
  expect(await test.ask(both, open)).toMatchObject({ value: null })
})

it('rows wait until the page reads; nothing is read for it before', async () => {
  const test = await DeskTest.create()
  const { sheet, counts } = countViews()
  test.sheet = sheet
  test.log.event({ event: 'note', text: 'x' })
  await test.log.flush()
  const both = test.open()
  await test.ask(both, open)
  both.page.isFull = true
  const ids = Array.from({ length: 5 }, () => test.say(both.desk, rows))
  await new Promise(setImmediate)
  expect(counts.reads).toBe(0)
  // What is small is still said.
  await test.ask(both, { do: 'locate', view: 1, row: 0 })
  expect(both.page.frames).toEqual([])
  both.page.makeRoom()
  await Promise.all(ids.map((id) => both.page.reply(id)))
  expect(both.page.frames.map(({ id }) => id)).toEqual(ids)
})

it('a page that does not read gets the last state when it reads again', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  await test.ask(both, open)
  await test.ask(both, { do: 'hello' })
  both.page.isFull = true
  const before = both.page.got.length
  for (let count = 0; count < 50; count++) {
    test.log.event({ event: 'note', text: 'x' })
    test.sessions.changed()
    await test.log.flush()
  }
  expect(both.page.got.length).toBe(before)
  both.page.makeRoom()
  await both.page.next(() => both.page.pushes('view').find((push) => push.rows === 50))
  await both.page.next(() => both.page.pushes('sessions')[0])
  expect(both.page.pushes('view').length).toBeLessThan(5)
  expect(both.page.pushes('sessions')).toHaveLength(1)
})

it('many changes of the sessions are one push, and the last one is not lost', async () => {
  const test = await DeskTest.create()
  const both = test.open()
  for (let count = 1; count <= 100; count++) {
    test.sessions.all = Array.from({ length: count }, (_, id) => ({ id })) as never
    test.sessions.changed()
  }
  const last = await both.page.next(() =>
    both.page.pushes('sessions').find(({ sessions }) => sessions.length === 100),
  )
  expect(last.sessions).toHaveLength(100)
  expect(both.page.pushes('sessions')).toHaveLength(2)
})
