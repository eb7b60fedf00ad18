import { descriptors } from './descriptors.js'
import type { Fault } from './fault.js'

/** Every fault, in the order they run. */
export const faults: readonly Fault[] = [descriptors]
