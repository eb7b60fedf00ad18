import { backplane } from './scenarios/backplane.js'
import { chat } from './scenarios/chat.js'
import { crowd } from './scenarios/crowd.js'
import { drain } from './scenarios/drain.js'
import { echo } from './scenarios/echo.js'
import { flow } from './scenarios/flow.js'
import { news } from './scenarios/news.js'
import { passage } from './scenarios/passage.js'
import { places } from './scenarios/places.js'
import { pool } from './scenarios/pool.js'
import { relay } from './scenarios/relay.js'
import { byId, inOrder, overTls } from './scenarios/requests.js'
import { silence } from './scenarios/silence.js'
import { storm } from './scenarios/storm.js'
import type { Scenario } from './support/scenario.js'

/** All scenarios. */
export const scenarios: readonly Scenario[] = [
  echo,
  chat,
  inOrder,
  byId,
  overTls,
  pool,
  drain,
  backplane,
  relay,
  flow,
  crowd,
  silence,
  places,
  news,
  passage,
  storm,
]
