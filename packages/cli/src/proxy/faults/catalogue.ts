import type { FaultKind } from './fault.js'
import { bandwidth } from './kinds/bandwidth.js'
import { corrupt } from './kinds/corrupt.js'
import { drop } from './kinds/drop.js'
import { duplicate } from './kinds/duplicate.js'
import { halfOpen } from './kinds/half-open.js'
import { latency } from './kinds/latency.js'
import { limit } from './kinds/limit.js'
import { noop } from './kinds/noop.js'
import { reset } from './kinds/reset.js'
import { slice } from './kinds/slice.js'
import { slowClose } from './kinds/slow-close.js'
import { timeout } from './kinds/timeout.js'

/** Every kind of fault. */
export const faultKinds: readonly FaultKind[] = [
  latency,
  bandwidth,
  slowClose,
  timeout,
  reset,
  slice,
  limit,
  drop,
  corrupt,
  duplicate,
  halfOpen,
  noop,
]
