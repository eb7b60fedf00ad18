import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type LogRow, openLog, type SessionLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import type { Filter } from '../../src/protocol/filter.js'
import { exportLog } from '../../src/sheet/export-log.js'
import type { Sheet } from '../../src/sheet/sheet.js'
import { createBoth, lookedAt } from '../support/logs.js'

type Both = { readonly log: SessionLog; readonly sheet: Sheet; readonly file: string }

async function readAll(file: string): Promise<LogRow[]> {
  await using reader = await openLog(file)
  const rows: LogRow[] = []
  for await (const row of reader.rows()) rows.push({ ...row, data: row.data.slice() })
  return rows
}

/** The same for rows that are the same. */
function summarize({ data, ...fields }: LogRow): string {
  return JSON.stringify([fields, crc32(data)])
}

/** What is exported through a filter, in a file. */
async function exported({ log, sheet, file }: Both, filter: Filter): Promise<string> {
  await log.flush()
  const view = await sheet.open(file, filter)
  await lookedAt(view, log.info().rows)
  const pieces: Uint8Array[] = []
  for await (const piece of exportLog(view, new AbortController().signal)) pieces.push(piece)
  view.close()
  const target = join(createFolder(), 'exported.hawser')
  writeFileSync(target, Buffer.concat(pieces))
  return target
}

it('all rows of a log are the same in the log that is exported', async () => {
  const both = await createBoth()
  const first = both.log.open({ localPort: 1 }, { session: 1, side: 'server' })
  const second = both.log.open({}, { session: 2 })
  first.in(Buffer.from('one'), 8)
  second.out(Buffer.from([0, 255]))
  both.log.event({ event: 'bookmark', row: 2 })
  first.in(Buffer.from('two'))
  first.close({ reason: 'end' })
  const file = await exported(both, {})
  expect(await readAll(file)).toEqual(await readAll(both.file))
})

it('bytes are found across rows, and rows from behind, in a log of several blocks', async () => {
  const both = await createBoth()
  const connection = both.log.open()
  for (let index = 0; index < 9_000; index++) connection.in(Buffer.from(`row ${index};`))
  connection.out(Buffer.alloc(900_000, 'a'))
  connection.out(Buffer.alloc(900_000, 'b'))
  const file = await exported(both, {})
  expect((await readAll(file)).map(summarize)).toEqual((await readAll(both.file)).map(summarize))
  await using reader = await openLog(file)
  const hits: number[] = []
  for await (const { row } of reader.search('8998;row 8999')) hits.push(row)
  expect(hits).toEqual([9_000])
})

it('a part of a log is numbered anew, and marks go with their rows', async () => {
  const both = await createBoth()
  const first = both.log.open({}, { session: 1 })
  const second = both.log.open({}, { session: 2 })
  second.in(Buffer.from('other'))
  first.in(Buffer.from('one'))
  first.in(Buffer.from('two'))
  both.log.event({ event: 'bookmark', row: 3, session: 1 })
  both.log.event({ event: 'note', text: 'of another', row: 2, session: 1 })
  both.log.event({ event: 'note', text: 'of a file', row: 3, session: 1, file: '/x' })
  const rows = await readAll(await exported(both, { session: 1 }))
  expect(rows.map(({ number, kind }) => `${number} ${kind}`)).toEqual([
    ...['0 event', '1 in', '2 in', '3 event', '4 event', '5 event'],
  ])
  expect(rows.map(({ back }) => back)).toEqual([0, 0, 1, 0, 1, 1])
  expect(rows.slice(3).map(({ event }) => event)).toEqual([
    { event: 'bookmark', row: 1, session: 1 },
    { event: 'note', text: 'of another', session: 1 },
    { event: 'note', text: 'of a file', row: 3, session: 1, file: '/x' },
  ])
})

it('a view without rows is a log without rows', async () => {
  const both = await createBoth()
  both.log.open().in(Buffer.from('x'))
  expect(await readAll(await exported(both, { kinds: ['out'] }))).toEqual([])
})
