import type { LogRow } from 'hawser/log'
import { expect, it } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'
import { RowTest } from '../../src/sheet/scan/row-test.js'

function event(connection: number, name: string): LogRow {
  const row = { connection, kind: 'event', event: { event: name, session: 1 } }
  return row as unknown as LogRow
}

it('a session whose connections come and go takes the memory of those that are open', async () => {
  const test = new RowTest({ session: 1 })
  const before = await usedMemory()
  let accepted = 0
  for (let connection = 1; connection <= 300_000; connection++) {
    for (const name of ['open', 'responded', 'close']) {
      if (test.accepts(event(connection, name))) accepted++
    }
  }
  expect(accepted).toBe(900_000)
  expect((await usedMemory()) - before).toBeLessThan(4 * 1024 * 1024)
  expect(test.accepts(event(300_000, 'responded'))).toBe(false)
})
