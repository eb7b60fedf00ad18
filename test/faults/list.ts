import { certificates } from './certificates.js'
import { descriptors } from './descriptors.js'
import type { Fault } from './fault.js'
import { loss } from './loss.js'
import { reload } from './reload.js'
import { restarts } from './restarts.js'
import { soak } from './soak.js'
import { stalled } from './stalled.js'
import { vanishedPeer } from './vanished-peer.js'
import { workers } from './workers.js'

/** Every fault, in the order they run. */
export const faults: readonly Fault[] = [
  descriptors,
  stalled,
  certificates,
  workers,
  reload,
  restarts,
  loss,
  vanishedPeer,
  soak,
]
