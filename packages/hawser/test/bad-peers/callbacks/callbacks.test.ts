import { describe, it } from 'vitest'
import { forbidStrayErrors } from '../support/strays.js'
import { allRows } from './all-rows.js'
import { walk, ways } from './walk.js'

forbidStrayErrors()

describe.each(Object.entries(allRows))('%s', (_name, row) => {
  it.each(Object.entries(ways))('that %s shows once, and everything closes', async (_way, fail) =>
    walk(row, fail),
  )
})
