import { certificates } from './machine/certificates.js'
import { descriptors } from './machine/descriptors.js'
import type { Fault } from './support/fault.js'
import { machines } from './machines/machines.js'
import { loss } from './network/loss.js'
import { reload } from './processes/reload.js'
import { restarts } from './processes/restarts.js'
import { soak } from './soak/soak.js'
import { stalled } from './peers/stalled.js'
import { vanishedPeer } from './network/vanished-peer.js'
import { workers } from './processes/workers.js'

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
  machines,
  soak,
]
