import { delimited } from 'hawser'
import { expect, it } from 'vitest'
import type { FramingOf } from '../../src/sheet/sheet.js'
import { createBoth, lookedAt } from '../support/logs.js'

const lines: FramingOf = () => Promise.resolve(delimited('\n'))

it.each([
  ['row', undefined],
  ['message', lines],
])('an expression that takes for ever for a %s ends its view, and nothing else', async (_, by) => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open({}, { session: 1 })
  connection.in(Buffer.from(`${'a'.repeat(64)}!\n`))
  await log.flush()
  const slow = await sheet.open(file, { pattern: { as: 'regex', regex: '^(a+)+$' } }, by)
  await expect(lookedAt(slow, 2)).rejects.toThrow('longer than 5000 ms: use a simpler expression')
  const view = await sheet.open(file, { kinds: ['in'] }, by)
  await lookedAt(view, 2)
  expect(view.state.rows).toBe(1)
})
