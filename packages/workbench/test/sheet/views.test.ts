import { rowFlags } from 'hawser/log'
import { expect, it } from 'vitest'
import { createBoth, lookedAt, readRows } from '../support/logs.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)

it('a view of everything has each row, at its place', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  connection.in(text('one'))
  connection.out(text('two'))
  await log.flush()
  const view = await sheet.open(file, {})
  await lookedAt(view, 3)
  expect(view.state).toEqual({ rows: 3, scanned: 3, total: 3, error: undefined })
  const rows = await readRows(view, 0, 10)
  expect(rows.map(({ number, kind }) => [number, kind])).toEqual([
    [0, 3],
    [1, 1],
    [2, 2],
  ])
  expect(rows.slice(1).map((row) => row.text)).toEqual(['one', 'two'])
  expect(await readRows(view, 2, 1)).toHaveLength(1)
  expect(await readRows(view, 3, 1)).toEqual([])
})

it('a view grows with its log', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open()
  await log.flush()
  const all = await sheet.open(file, {})
  const incoming = await sheet.open(file, { kinds: ['in'] })
  await lookedAt(incoming, 1)
  expect(incoming.state.rows).toBe(0)
  connection.out(text('a'))
  connection.in(text('b'))
  await log.flush()
  await lookedAt(incoming, 3)
  await lookedAt(all, 3)
  expect((await readRows(incoming, 0, 9)).map((row) => row.text)).toEqual(['b'])
  expect(all.state.rows).toBe(3)
})

it('the rows of a session are those of its connections, and its own events', async () => {
  const { log, sheet, file } = await createBoth()
  log.event({ event: 'listening', session: 2 })
  log.event({ event: 'listening', session: 1 })
  const ours = log.open({}, { session: 2 })
  const theirs = log.open({}, { session: 1 })
  ours.in(text('ours'))
  theirs.in(text('theirs'))
  ours.close()
  theirs.close()
  await log.flush()
  const view = await sheet.open(file, { session: 2 })
  await lookedAt(view, 8)
  const rows = await readRows(view, 0, 9)
  expect(rows.map(({ connection, kind }) => [connection, kind])).toEqual([
    [0, 3],
    [1, 3],
    [1, 1],
    [1, 3],
  ])
  const messages = await sheet.open(file, { session: 2, kinds: ['in'] })
  await lookedAt(messages, 8)
  expect((await readRows(messages, 0, 9)).map((row) => row.text)).toEqual(['ours'])
})

it('a large row is sent in part, and says so; its bytes can be asked for', async () => {
  const { log, sheet, file } = await createBoth()
  const bytes = new Uint8Array(100_000).map((_, index) => index % 251)
  log.open().in(bytes)
  await log.flush()
  const view = await sheet.open(file, {})
  await lookedAt(view, 2)
  const [, row] = await readRows(view, 0, 2)
  expect(row).toMatchObject({ length: 100_000, flags: rowFlags.cut })
  expect(row?.text).toHaveLength(512)
  const { block, lengths } = await view.bytes(1, { from: 70_000, count: 10_000 })
  expect(lengths).toEqual([100_000])
  expect(Uint8Array.from(block.subarray(96, 96 + 10_000))).toEqual(bytes.subarray(70_000, 80_000))
  await expect(view.bytes(5, { from: 0, count: 1 })).rejects.toMatchObject({
    code: 'WORKBENCH_NOT_FOUND',
  })
})

it('an event is sent whole', async () => {
  const { log, sheet, file } = await createBoth()
  log.event({ event: 'note', text: 'x'.repeat(3_000) })
  await log.flush()
  const view = await sheet.open(file, {})
  await lookedAt(view, 1)
  const [row] = await readRows(view, 0, 1)
  expect(JSON.parse(row?.text ?? '')).toMatchObject({ event: 'note' })
})

it('a place is found again in another view', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open()
  for (let index = 0; index < 100; index++) {
    if (index % 10 === 3) connection.out(text('out'))
    else connection.in(text('in'))
  }
  await log.flush()
  const view = await sheet.open(file, { kinds: ['out'] })
  await lookedAt(view, 101)
  expect(view.state.rows).toBe(10)
  expect(view.locate(0).place).toBe(0)
  expect(view.locate(4).place).toBe(0)
  expect(view.locate(5)).toEqual({ place: 1, logRow: 14 })
  expect(view.locate(1_000).place).toBe(10)
})

it('what is no log is refused', async () => {
  const { sheet, file } = await createBoth()
  await expect(sheet.open(`${file}.none`, {})).rejects.toMatchObject({ code: 'WORKBENCH_FAILED' })
})

it('patterns that are none are refused', async () => {
  const { sheet, file } = await createBoth()
  const code = 'WORKBENCH_INVALID'
  for (const pattern of [
    { as: 'regex', regex: '(' },
    { as: 'hex', hex: '0d 0' },
  ] as const) {
    await expect(sheet.open(file, { pattern })).rejects.toMatchObject({ code })
    const view = await sheet.open(file, {})
    await expect(view.find(pattern, 0, false)).rejects.toMatchObject({ code })
  }
})
