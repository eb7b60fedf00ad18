import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { DeskTest } from '../support/desk.js'
import { findFramings } from '../../src/desk/framings.js'
import { createBoth, has, lookedAt, readRows } from '../support/logs.js'

const limit = { rotate: 65_536, keep: 131_072 }

/** A log whose oldest files are gone, with a connection that has been open all the time. */
async function createCut() {
  const both = await createBoth(limit)
  const { log } = both
  const connection = log.open({}, { session: 1, framing: 'lines' })
  const other = log.open({}, { session: 2 })
  connection.in(Buffer.from('gone'))
  for (let file = 0; file < 4; file++) {
    other.out(Buffer.alloc(60_000, 'x\n'))
    await log.flush()
  }
  connection.in(Buffer.from(' rest\none\ntw'))
  connection.in(Buffer.from('o\n'))
  await log.flush()
  const files = readdirSync(dirname(both.file)).filter((name) => name.endsWith('.hawser'))
  expect(files).toHaveLength(2)
  return both
}

async function createFramings() {
  const { sessions, tools } = await DeskTest.create()
  return findFramings({ sessions, tools }, 0, undefined)
}

it('a connection whose first rows were deleted is still of its session', async () => {
  const { sheet, file } = await createCut()
  const view = await sheet.open(file, { session: 1 })
  await lookedAt(view, view.state.total)
  const [says, ...rows] = await readRows(view, 0, 9)
  expect(JSON.parse(says?.text ?? '')).toEqual({ event: 'continues', session: 1, framing: 'lines' })
  expect(rows.map(({ text }) => text)).toEqual([' rest\none\ntw', 'o\n'])
  const opened = await sheet.open(file, { session: 2, kinds: ['event'] })
  await lookedAt(opened, opened.state.total)
  expect(await readRows(opened, 0, 9)).toHaveLength(2)
})

it('it still has its framing', async () => {
  const { sheet, file } = await createCut()
  const view = await sheet.open(file, { session: 1, kinds: ['in'] }, await createFramings())
  await has(view, 3)
  expect((await readRows(view, 0, 9)).map(({ text }) => text)).toEqual([' rest', 'one', 'two'])
})

it('a message that goes on where a connection says again what it is stays whole', async () => {
  const { log, sheet, file } = await createBoth(limit)
  const framingOf = await createFramings()
  const live = await sheet.open(file, { session: 1, kinds: ['in'] }, framingOf)
  const connection = log.open({}, { session: 1, framing: 'lines' })
  const other = log.open({}, { session: 2 })
  connection.in(Buffer.from('be'))
  await log.flush()
  await lookedAt(live, 2)
  for (let part = 0; part < 4; part++) {
    other.out(Buffer.alloc(60_000))
    await log.flush()
    await lookedAt(live, 3 + part)
  }
  connection.in(Buffer.from('gun\ntwo\n'))
  await log.flush()
  await has(live, 2)
  expect((await readRows(live, 0, 9)).map(({ text }) => text)).toEqual(['begun', 'two'])
})
