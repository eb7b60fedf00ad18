import type { LogRow } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { findInMessages, findInRows } from '../../src/log/finder.js'
import { longestFound, type Sought } from '../../src/wire/matches.js'

/** Rows from `in hello` and the like, numbered from 0, of one connection. */
function rowsOf(...said: string[]): LogRow[] {
  const positions = { in: 0, out: 0, event: 0, lost: 0 }
  return said.map((text, number) => {
    const [kind = 'in'] = text.split(' ', 1) as LogRow['kind'][]
    const data = Buffer.from(text.slice(kind.length + 1), 'latin1')
    const position = positions[kind]
    positions[kind] += data.length
    const common = { number, time: 0, connection: 1, flags: 0, source: 0, back: 0 }
    return { ...common, kind, position, data, event: undefined }
  })
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

async function numbers(rows: readonly LogRow[], sought: Sought): Promise<number[]> {
  const found: number[] = []
  for await (const { number } of findInRows(each(rows), sought)) found.push(number)
  return found
}

describe('what is looked for is found in the rows that it ends in', () => {
  const rows = rowsOf('in order=', 'out o', 'in 12', 'in 34 ', 'out rder=5', 'event order=9')
  it.each<[Sought, number[]]>([
    [Buffer.from('order='), [0, 4]],
    [Buffer.from('order=1234'), [3]],
    [/order=\d{4}/, [3]],
    // It goes on in the next row: what it had by then is a match already.
    [/order=\d+/, [2, 3, 4]],
    [/o|\d(?= )/, [0, 1, 3]],
    [/absent/, []],
  ])('%s', async (sought, found) => {
    expect(await numbers(rows, sought)).toEqual(found)
  })

  it('not across bytes that are missing', async () => {
    const [first, second] = rowsOf('in ord', 'in er')
    expect(await numbers([first!, second!], /order/)).toEqual([1])
    expect(await numbers([first!, { ...second!, position: 100 }], /order/)).toEqual([])
  })

  it('across rows as long as it may be, and no longer', async () => {
    const long = 'x'.repeat(longestFound - 2)
    expect(await numbers(rowsOf(`in a${long}`, 'in b'), /ax*b/)).toEqual([1])
    expect(await numbers(rowsOf(`in a${long}x`, 'in b'), /ax*b/)).toEqual([])
    expect(await numbers(rowsOf(`in a${long}xxb`), /ax*b/)).toEqual([0])
  })
})

it('in messages a match does not lie across two, and has ends', async () => {
  const found: number[] = []
  const messages = rowsOf('in one', 'in two', 'out twos', 'event two')
  for await (const { number } of findInMessages(each(messages), /^two$|eto/)) found.push(number)
  expect(found).toEqual([1])
})
