import { setImmediate as turn } from 'node:timers/promises'
import { signal } from '@preact/signals'
import { expect, it } from 'vitest'
import type { SessionState } from '../../src/protocol/session-state.js'
import { Remarks } from '../../web/store/remarks.js'
import { SheetStore } from '../../web/store/sheet-store.js'
import { eventRow, HeldBackend, rowOf } from './held-backend.js'

/** A log of three messages that is shown, with the second one selected, and what was refused. */
async function open() {
  const backend = new HeldBackend()
  const sheet = new SheetStore(backend)
  const sessions = signal<readonly SessionState[]>([])
  const session = signal<SessionState | undefined>(undefined)
  const refused: string[] = []
  const remarks = new Remarks(backend, { sheet, sessions, session }, (why) => refused.push(why))
  void sheet.reopen()
  await backend.reply('open-view', null)
  const messages = ['one', 'two', 'three'].map((said, index) => rowOf(index + 1, 'in', said))
  sheet.grown({ push: 'view', view: sheet.opened.value, rows: 3, scanned: 3, total: 3 })
  sheet.at(0)
  await backend.reply('rows', messages)
  sheet.select(1)
  return { backend, sheet, session, remarks, refused }
}

type Opened = Awaited<ReturnType<typeof open>>

/** What the log says of marks comes to the page. @returns the view by which it was looked for */
async function readMarks(
  { backend, remarks }: Opened,
  view: unknown,
  ...events: readonly Readonly<Record<string, unknown>>[]
): Promise<void> {
  const rows = events.map((event, index) => eventRow(10 + index, event))
  const push = { push: 'view', view: Number(view), scanned: 3, total: 3 } as const
  expect(remarks.marks.take({ ...push, rows: rows.length })).toBe(true)
  await turn()
  if (rows.length > 0) await backend.reply('rows', rows)
}

it('a bookmark that is pressed before the marks are read takes away that which is there', async () => {
  const opened = await open()
  const { backend, remarks } = opened
  void remarks.toggleBookmark()
  const { view } = await backend.reply('open-view', null)
  expect(backend.asked('bookmark')).toEqual([])
  await readMarks(opened, view, { event: 'bookmark', row: 2 })
  expect(backend.asked('bookmark')).toEqual([{ row: 2, on: false }])
})

it('a bookmark that is pressed twice before the log says it is there no more', async () => {
  const opened = await open()
  const { backend, remarks, refused } = opened
  void remarks.toggleBookmark()
  void remarks.toggleBookmark()
  const { view } = await backend.reply('open-view', null)
  await readMarks(opened, view)
  expect(await backend.reply('bookmark', null)).toEqual({ row: 2, on: true })
  expect(backend.asked('bookmark')).toEqual([{ row: 2, on: false }])
  // One that was refused is asked for again.
  await backend.refuse('bookmark')
  expect(refused).toEqual(['bookmark was refused'])
  await readMarks(opened, view, { event: 'bookmark', row: 2 })
  expect([...remarks.marks.bookmarked.value]).toEqual([2])
  void remarks.toggleBookmark()
  await turn()
  expect(backend.asked('bookmark')).toEqual([{ row: 2, on: false }])
})

it('a bookmark is on the row that was selected when it was pressed', async () => {
  const opened = await open()
  const { backend, sheet, remarks } = opened
  void remarks.toggleBookmark()
  sheet.select(2)
  const { view } = await backend.reply('open-view', null)
  await readMarks(opened, view)
  expect(backend.asked('bookmark')).toEqual([{ row: 2, on: true }])
})

it('a log of marks that cannot be looked through keeps no key waiting', async () => {
  const { backend, remarks } = await open()
  void remarks.toggleBookmark()
  await backend.refuse('open-view')
  expect(backend.asked('bookmark')).toEqual([{ row: 2, on: true }])
})

it('what an earlier view of the marks says late is not taken for what the next one says', async () => {
  const opened = await open()
  const { backend, remarks } = opened
  remarks.marks.use()
  const { view } = await backend.reply('open-view', null)
  // The connection was lost, and is there again.
  remarks.marks.reopen()
  const next = await backend.reply('open-view', null)
  const late = { push: 'view', view: Number(view), rows: 7, scanned: 7, total: 7 } as const
  expect(remarks.marks.take(late)).toBe(false)
  await readMarks(opened, next['view'], { event: 'bookmark', row: 3 })
  expect([...remarks.marks.bookmarked.value]).toEqual([3])
})

it('the next mark is gone to by a key that is pressed before the marks are read, and the one behind it by the next key', async () => {
  const opened = await open()
  const { backend, sheet, remarks } = opened
  sheet.select(0)
  void remarks.step(1)
  void remarks.step(1)
  const { view } = await backend.reply('open-view', null)
  await readMarks(opened, view, { event: 'bookmark', row: 2 }, { event: 'bookmark', row: 3 })
  expect(await backend.reply('locate', { place: 1, logRow: 2 })).toMatchObject({ row: 2 })
  expect(await backend.reply('locate', { place: 2, logRow: 3 })).toMatchObject({ row: 3 })
  expect(sheet.selected.value).toBe(3)
})

it('a note is of the session that was shown when it was written', async () => {
  const { backend, sheet, session, remarks } = await open()
  const first = { id: 1, definition: { name: 'first' } } as SessionState
  session.value = first
  const noted = remarks.note('said', 2)
  session.value = { ...first, id: 2 }
  await turn()
  expect(await backend.reply('note', { row: 9 })).toEqual({ text: 'said', row: 2, session: 1 })
  expect(await noted).toBe(true)
  expect(sheet.selected.value).toBe(2)
})
