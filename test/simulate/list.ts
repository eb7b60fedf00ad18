import { backplane } from './scenarios/backplane.js'
import { chat } from './scenarios/chat.js'
import { drain } from './scenarios/drain.js'
import { echo } from './scenarios/echo.js'
import { pool } from './scenarios/pool.js'
import { relay } from './scenarios/relay.js'
import { byId, inOrder } from './scenarios/requests.js'
import { storm } from './scenarios/storm.js'
import type { Scenario } from './support/scenario.js'

/** All scenarios. */
export const scenarios: readonly Scenario[] = [
  echo,
  chat,
  inOrder,
  byId,
  pool,
  storm,
  drain,
  backplane,
  relay,
]
