import { delimited } from 'hawser'
import { expect, it } from 'vitest'
import type { FramingOf, View } from '../../src/sheet/sheet.js'
import { createBoth, has, readRows } from '../support/logs.js'

const lines: FramingOf = () => Promise.resolve(delimited('\n'))

async function textsOf(view: View): Promise<string[]> {
  return (await readRows(view, 0, 99)).map(({ text }) => text)
}

/** A log with a row that `^(a+)+$` takes for ever for, and views of it beside one that has to be given up. */
async function besideEndless() {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  connection.in(Buffer.from(`${'a'.repeat(64)}!\n`))
  await log.flush()
  const open = (by: FramingOf | undefined, regex: string): Promise<View> =>
    sheet.open(file, { pattern: { as: 'regex', regex } }, by)
  // In each thread one of each kind.
  const others = [await open(undefined, 'a!'), await open(undefined, 'a!')]
  others.push(await open(lines, 'a!'), await open(lines, 'a!'))
  await Promise.all(others.map((view) => has(view, 1)))
  const goesOn = async (): Promise<void> => {
    connection.in(Buffer.from('baa!\n'))
    await log.flush()
    await Promise.all(others.map((view) => has(view, 2)))
    expect((await textsOf(others[3]!)).map((text) => text.slice(-4))).toEqual(['aaa!', 'baa!'])
  }
  return { open, goesOn }
}

it('an expression that takes for ever ends its own view, and the others go on', async () => {
  const { open, goesOn } = await besideEndless()
  const endless = [await open(undefined, '^(a+)+$'), await open(lines, '^(a+)+$')]
  for (const view of endless) await expect(has(view, 1)).rejects.toThrow('longer than 5000 ms')
  await goesOn()
})

it('a view that is closed in the middle of such an expression does not hold up the others', async () => {
  const { open, goesOn } = await besideEndless()
  const endless = [await open(undefined, '^(a+)+$'), await open(undefined, '^(a+)+$')]
  // It says that it has begun, and then nothing more.
  await Promise.all(endless.map((view) => new Promise<void>((resolve) => view.watch(resolve))))
  for (const view of endless) view.close()
  await goesOn()
})
