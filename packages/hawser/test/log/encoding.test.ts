import { appendFileSync, copyFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { createLog, encodeRows, type LogRow, openLog, rowFlags } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'

const headerSize = 64

async function collect(file: string): Promise<LogRow[]> {
  await using reader = await openLog(file)
  const rows: LogRow[] = []
  for await (const row of reader.rows()) rows.push({ ...row, data: Uint8Array.from(row.data) })
  return rows
}

async function writeSome(): Promise<{ readonly file: string; readonly folder: string }> {
  const folder = createFolder()
  const file = join(folder, 'session.hawser')
  await using log = await createLog(file)
  for (const name of ['a', 'b', 'c']) {
    const connection = log.open({ localPort: 1 }, { name })
    connection.in(new TextEncoder().encode(`hello ${name}`), rowFlags.tls)
    connection.out(new Uint8Array(100_000).fill(7))
    connection.close()
  }
  return { file, folder }
}

it('rows that were picked out of a log are the same behind a header of their own', async () => {
  const { file, folder } = await writeSome()
  const rows = await collect(file)
  const picked = rows.filter(({ number }) => number % 3 !== 1)
  const copy = join(folder, 'picked.hawser')
  copyFileSync(file, copy)
  truncateSync(copy, headerSize)
  appendFileSync(copy, encodeRows(picked))
  const read = await collect(copy)
  // Their numbers and their links back are those of the block.
  const same = (row: LogRow): object => ({ ...row, number: 0, back: 0 })
  expect(read.map(same)).toEqual(picked.map(same))
  expect(read.map(({ number }) => number)).toEqual(picked.map((_, index) => index))
})

it('no rows, and more than a block may have, are refused', async () => {
  const { file } = await writeSome()
  const [row] = await collect(file)
  const code = 'HAWSER_INVALID_OPTION'
  expect(() => encodeRows([])).toThrow(expect.objectContaining({ code }))
  const large = { ...row!, data: new Uint8Array(1024 * 1024) }
  expect(() => encodeRows([large, large])).toThrow(
    /take \d+ bytes as a block, which may have 2097152/,
  )
})
