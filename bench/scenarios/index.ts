import type { Scenario } from '../scenario.js'
import { accept } from './accept.js'
import { broadcast } from './broadcast.js'
import { chunks } from './chunks.js'
import { idle } from './idle.js'
import { inspect } from './inspect.js'
import { log } from './log.js'
import { mqtt } from './mqtt.js'
import { nats } from './nats.js'
import { page } from './page.js'
import { observe } from './observe.js'
import { nodes } from './nodes.js'
import { openLoop } from './open-loop.js'
import { pipelined, pipelinedWhole, short, shortWhole } from './pipelined.js'
import { redisClient, redisServer } from './redis.js'
import { shipper } from './shipper.js'
import { single } from './single.js'
import { relay } from './relay.js'
import { requests } from './requests.js'
import { slowPeers } from './slow-peers.js'
import { stalled } from './stalled.js'
import { tls } from './tls.js'
import { trickle } from './trickle.js'
import { workers } from './workers.js'

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  pipelined,
  pipelinedWhole,
  short,
  shortWhole,
  single,
  openLoop,
  chunks,
  relay,
  accept,
  requests,
  tls,
  idle,
  broadcast,
  stalled,
  slowPeers,
  observe,
  log,
  trickle,
  workers,
  nats,
  nodes,
  redisClient,
  redisServer,
  mqtt,
  shipper,
  page,
  inspect,
]
