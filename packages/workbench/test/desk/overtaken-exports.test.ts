import { Buffer } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLog } from 'hawser/log'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import type { ExportForm } from '../../src/protocol/export-form.js'
import { joinGone } from '../../src/sheet/picked-rows.js'
import { DeskTest } from '../support/desk.js'

/** Twelve rows of which six are deleted between the first two pieces of their export. */
async function exportOvertaken(as: ExportForm): Promise<Buffer> {
  const test = await DeskTest.create({ rotate: 400_000, keep: 900_000 })
  const both = test.open()
  const connection = test.log.open()
  const write = async (count: number, letter: string): Promise<void> => {
    for (let row = 0; row < count; row++) {
      connection.in(Buffer.alloc(60_000, letter))
      await test.log.flush()
    }
  }
  await write(12, 'a')
  await test.ask(both, { do: 'open-view', view: 1, filter: { kinds: ['in'] } })
  await both.page.next(() => both.page.pushes('view').find(({ rows }) => rows === 12))
  await test.ask(both, { do: 'export', view: 1, as })
  const pieces: Buffer[] = []
  for (let isEnd = false; !isEnd;) {
    const reply = (await test.ask(both, { do: 'export-next' })) as unknown as {
      value: { bytes: string; isEnd: boolean }
    }
    pieces.push(Buffer.from(reply.value.bytes, 'base64'))
    ;({ isEnd } = reply.value)
    if (pieces.length === 1) await write(30, 'b')
  }
  return Buffer.concat(pieces)
}

it('an export that the limit of the log overtakes says how many rows it has not', async () => {
  const lines = (await exportOvertaken('jsonl')).toString().trimEnd().split('\n')
  const last = lines.pop() ?? ''
  expect(lines.every((line) => /^jsonl \d+ a{60000}$/.test(line))).toBe(true)
  expect(lines.length).toBeLessThan(12)
  expect(last).toMatch(/^jsonl \d+ \{"event":"deleted","rows":\d+\}$/)
  const { rows } = JSON.parse(last.slice(last.indexOf('{'))) as { readonly rows: number }
  expect(lines.length + rows).toBe(12)
})

it('a session log that is overtaken has a row in the place of each', async () => {
  const test = await DeskTest.create({ rotate: 65_536, keep: 131_072 })
  const both = test.open()
  const connection = test.log.open()
  const write = async (): Promise<void> => {
    connection.in(Buffer.alloc(60_000))
    await test.log.flush()
  }
  await write()
  await write()
  await test.ask(both, { do: 'open-view', view: 1, filter: {} })
  await both.page.next(() => both.page.pushes('view').find(({ rows }) => rows >= 3))
  const before = both.page.pushes('view').at(-1)?.rows ?? 0
  for (let row = 0; row < 6; row++) await write()
  await both.page.next(() => both.page.pushes('view').find(({ rows }) => rows >= before + 6))
  await test.ask(both, { do: 'export', view: 1, as: 'hawser' })
  const reply = (await test.ask(both, { do: 'export-next' })) as unknown as {
    value: { bytes: string }
  }
  const file = join(createFolder(), 'part.hawser')
  writeFileSync(file, Buffer.from(reply.value.bytes, 'base64'))
  await using log = await openLog(file)
  const rows: string[] = []
  const times: number[] = []
  for await (const { kind, event, time } of log.rows()) {
    rows.push(`${kind} ${event?.event ?? ''}`)
    times.push(time)
  }
  expect(rows.slice(0, 3)).toEqual(['lost deleted', 'lost deleted', 'lost deleted'])
  expect(rows.at(-1)).toBe('in ')
  expect(times).toEqual(times.toSorted((one, other) => one - other))
})

it('rows that were deleted in several places are counted in each', async () => {
  const row = { time: 1, connection: 0, flags: 0, source: 0, position: 0, back: 0 }
  const gone = { ...row, kind: 'lost', event: { event: 'deleted' }, data: Buffer.alloc(0) } as const
  const there = { ...row, kind: 'in', event: undefined, data: Buffer.from('a') } as const
  async function* rows() {
    for (const [number, each] of [gone, there, gone, gone, there, gone].entries()) {
      yield { ...each, number }
    }
  }
  const said: unknown[] = []
  for await (const { number, event } of joinGone(rows())) said.push([number, event?.['rows']])
  expect(said).toEqual([
    [0, 1],
    [1, undefined],
    [2, 2],
    [4, undefined],
    [5, 1],
  ])
})
