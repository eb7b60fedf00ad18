import { it } from 'vitest'
import { expectSpread } from './support/spreading.js'

it.each([
  [200, 2],
  [50, 3],
  [200, 4],
])('a burst of %i connections is spread over %i workers', expectSpread)
