import { descriptors } from './descriptors.js'
import type { Fault } from './fault.js'
import { soak } from './soak.js'

/** Every fault, in the order they run. */
export const faults: readonly Fault[] = [descriptors, soak]
