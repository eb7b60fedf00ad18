import { echo } from './scenarios/echo.js'
import { pool } from './scenarios/pool.js'
import { byId, inOrder } from './scenarios/requests.js'
import type { Scenario } from './support/scenario.js'

/** All scenarios. */
export const scenarios: readonly Scenario[] = [echo, inOrder, byId, pool]
