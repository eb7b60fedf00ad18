import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { SheetStore } from '../../web/store/sheet-store.js'
import { HeldBackend, rowOf } from './held-backend.js'

const messages = ['one', 'two', 'three'].map((said, index) => rowOf(index + 1, 'in', said))

/** A sheet of three messages that were not asked for yet. */
async function open() {
  const backend = new HeldBackend()
  const sheet = new SheetStore(backend)
  const opened = sheet.reopen()
  await backend.reply('open-view', null)
  await opened
  grow(sheet)
  return { backend, sheet }
}

/** The view that is shown has looked through the log. */
function grow(sheet: SheetStore): void {
  sheet.grown({ push: 'view', view: sheet.opened.value, rows: 3, scanned: 3, total: 3 })
}

/** Its rows have come as well. */
async function openWithRows() {
  const opened = await open()
  opened.sheet.at(0)
  await opened.backend.reply('rows', messages)
  return opened
}

it('a row that is chosen before it has come is looked at when it comes, and none is until then', async () => {
  const { backend, sheet } = await open()
  sheet.select(0)
  expect([sheet.place.value, sheet.selected.value]).toEqual([0, undefined])
  await backend.reply('rows', messages)
  expect([sheet.place.value, sheet.selected.value]).toEqual([0, 1])
  expect(sheet.current(1)?.number).toBe(1)
  expect(sheet.current(2)).toBeUndefined()

  // Nor is the one before, when there was one.
  const view = sheet.opened.value
  sheet.grown({ push: 'view', view, rows: 200, scanned: 200, total: 200 })
  sheet.select(150)
  expect([sheet.place.value, sheet.selected.value]).toEqual([150, undefined])
})

it('what one does with a row that has not come is about that row', async () => {
  const { backend, sheet } = await open()
  sheet.select(1)
  const lookedAt = sheet.lookedAt()
  sheet.select(2)
  await backend.reply('rows', messages)
  expect(await backend.reply('rows', messages.slice(1, 2))).toMatchObject({ from: 1, count: 1 })
  expect(await lookedAt).toBe(2)
  expect(sheet.selected.value).toBe(3)
})

it('messages that are shown and left at once are rows again, where one was', async () => {
  const { backend, sheet } = await openWithRows()
  sheet.select(1)
  void sheet.showMessages(!sheet.isOfMessages.value)
  void sheet.showMessages(!sheet.isOfMessages.value)
  expect(backend.asked('open-view')).toMatchObject([{ messages: true }, { messages: false }])
  await backend.refuse('open-view')
  grow(sheet)
  await backend.reply('open-view', null)
  expect(await backend.reply('locate', { place: 1, logRow: 2 })).toMatchObject({ row: 2 })
  await backend.reply('rows', messages.slice(1, 2))
  expect([sheet.place.value, sheet.selected.value]).toEqual([1, 2])
})

it('a view that was left while it was opened is refused silently, and leads nowhere', async () => {
  const { backend, sheet } = await openWithRows()
  sheet.select(1)
  const filtered = sheet.show({ kinds: ['in'] })
  const shown = sheet.show({ session: 2 }, 4)
  await backend.refuse('open-view')
  await filtered
  expect(backend.asked('close-view')).toHaveLength(2)
  await backend.reply('open-view', null)
  await shown
  grow(sheet)
  await turn()
  expect(backend.asked('locate')).toEqual([])
  expect([sheet.log.value, sheet.place.value, sheet.selected.value]).toEqual([
    4,
    undefined,
    undefined,
  ])
})

it('what is found when one has gone elsewhere leads not away from there', async () => {
  const { backend, sheet } = await openWithRows()
  const found = sheet.find({ as: 'text', text: 'three' }, 0, false)
  sheet.select(0)
  await backend.reply('find', { place: 2, row: 3, at: 0, length: 5 })
  expect(await found).toBe(2)
  expect([sheet.place.value, sheet.selected.value]).toEqual([0, 1])

  const gone = sheet.goToLogRow(3)
  sheet.select(1)
  await backend.reply('locate', { place: 2, logRow: 3 })
  expect(await gone).toBe(true)
  expect(sheet.selected.value).toBe(2)
})
