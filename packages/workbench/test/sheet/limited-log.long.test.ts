import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { delimited } from 'hawser'
import { expect, it } from 'vitest'
import type { FramingOf, View } from '../../src/sheet/sheet.js'
import { createBoth, has, readRows, type SeenRow } from '../support/logs.js'

const lines: FramingOf = () => Promise.resolve(delimited('\n'))
const limit = { rotate: 256 * 1024, keep: 1024 * 1024 }
/** Rows that are written together, and in all: more than the 4 MiB that are kept in memory. */
const [together, count] = [20, 400]
const gone = { kind: 4, text: '{"event":"deleted"}' }

it.each([
  ['rows', undefined, '\n'],
  ['messages', lines, ''],
])('places of %s stay what they are when the oldest of the log are deleted', async (_, by, end) => {
  const { log, sheet, file } = await createBoth(limit)
  const connection = log.open({}, { session: 1 })
  await log.flush()
  const [all, received] = [
    await sheet.open(file, {}, by),
    await sheet.open(file, { kinds: ['in'] }, by),
  ]
  const saidIn = (number: number): string => `${number}${'.'.repeat(16_000)}`
  for (let number = 1; number <= count; number++) {
    connection.in(Buffer.from(`${saidIn(number)}\n`))
    if (number % together > 0) continue
    await log.flush()
    await has(all, number + 1)
    await has(received, number)
  }
  const names = readdirSync(dirname(file)).filter((name) => name.endsWith('.hawser'))
  expect(names.length).toBeLessThanOrEqual(limit.keep / limit.rotate)
  expect(received.state.rows).toBe(count)
  // In each further file it says again what it is.
  const last = Number(/\.(\d+)\.hawser$/.exec(names.at(-1) ?? '')?.[1])
  await has(all, count + last)
  expect(all.state.rows).toBe(count + last)

  expect((await readRows(all, 0, 2)).map(seen)).toEqual([gone, gone])
  const shown = async (view: View, at: number): Promise<SeenRow | undefined> => {
    return (await readRows(view, at, 1))[0]
  }
  expect((await shown(all, all.state.rows - 1))?.text.slice(0, 512)).toBe(
    saidIn(count).slice(0, 512),
  )
  // One behind the other, where the log begins now.
  const border = await readRows(received, 0, count)
  const first = border.findIndex(({ kind }) => kind === 1)
  expect(first).toBeGreaterThan(100)
  expect(border.slice(0, first).every((row) => row.kind === 4)).toBe(true)
  expect(border[first]?.text).toContain(`${first + 1}.`)
  expect(border).toHaveLength(count)

  // As a whole it is what is there, behind one in the place of each that is not.
  const whole: unknown[] = []
  for await (const { event, data } of received.all(new AbortController().signal)) {
    whole.push(event?.event ?? Number.parseInt(Buffer.from(data).toString(), 10))
  }
  const kept = Array.from({ length: count - first }, (__, index) => first + 1 + index)
  expect(whole).toEqual([...Array.from({ length: first }, () => 'deleted'), ...kept])
  const bytes = await all.bytes(0, { from: 0, count: 100 })
  expect(bytes.numbers).toEqual([0])
  expect(end.length + saidIn(count).length).toBe(Number((await shown(received, count - 1))?.length))
})

function seen({ kind, text }: SeenRow): object {
  return { kind, text }
}
