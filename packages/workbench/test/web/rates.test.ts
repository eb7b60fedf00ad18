import { expect, it } from 'vitest'
import { Rates } from '../../web/store/connections/rates.js'

const one = (id: number, bytesRead: number, bytesWritten: number) => ({
  id,
  bytesRead,
  bytesWritten,
})

it('a connection has bytes a second of the last two seconds, each way', () => {
  const rates = new Rates()
  expect(rates.take([one(1, 1_000, 0)], 500)).toEqual(new Map())
  expect(rates.take([one(1, 2_000, 50)], 1_000)).toEqual(
    new Map([[1, { read: 2_000, written: 100 }]]),
  )
  for (const at of [1_500, 2_000, 2_500]) rates.take([one(1, 2_000, 50)], at)
  expect(rates.take([one(1, 2_000, 50)], 3_000)).toEqual(new Map([[1, { read: 0, written: 0 }]]))
})

it('a look that comes late counts for all of its time', () => {
  const rates = new Rates()
  rates.take([one(1, 0, 0)], 0)
  expect(rates.take([one(1, 60_000, 0)], 60_000).get(1)).toEqual({ read: 1_000, written: 0 })
})

it('one that is gone is forgotten, and two looks at the same time say nothing', () => {
  const rates = new Rates()
  rates.take([one(1, 0, 0), one(2, 0, 0)], 0)
  expect([...rates.take([one(2, 10, 0)], 0).keys()]).toEqual([])
  rates.take([one(2, 10, 0)], 1_000)
  expect(rates.take([one(1, 500, 0)], 2_000)).toEqual(new Map())
})
