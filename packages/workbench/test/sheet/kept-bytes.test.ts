import type { LogRow } from 'hawser/log'
import { expect, it } from 'vitest'
import { RowTest } from '../../src/sheet/scan/row-test.js'

const said = (connection: number, text: string, position = 0): LogRow => ({
  ...{ number: 0, connection, position, kind: 'in', time: 0, flags: 0, source: 0, back: 0 },
  ...{ data: Buffer.from(text), event: undefined },
})

const wanted = { pattern: { as: 'text', text: 'A'.repeat(1_024) } } as const
const begin = 'A'.repeat(1_023)

/** The first part of a match on so many connections. @returns whether the rest is found on one of them */
function beginOn(test: RowTest, connections: number): (connection: number) => boolean {
  for (let connection = 1; connection <= connections; connection++) {
    test.accepts(said(connection, begin))
  }
  return (connection) => test.accepts(said(connection, 'A', begin.length))
}

it('what is kept to find a match across rows has a bound, and of more the oldest is forgotten', () => {
  const test = new RowTest(wanted)
  const isFoundOn = beginOn(test, 30_000)
  expect([isFoundOn(30_000), isFoundOn(1)]).toEqual([true, false])
  test.close()
})

it('all that is looked for shares it, and gives it back', () => {
  const [one, other, next] = [new RowTest(wanted), new RowTest(wanted), new RowTest(wanted)]
  beginOn(one, 20_000)
  const isFoundOn = beginOn(other, 10_000)
  expect([isFoundOn(10_000), isFoundOn(1)]).toEqual([true, false])
  one.close()
  other.close()
  expect(beginOn(next, 10_000)(1)).toBe(true)
  next.close()
})
