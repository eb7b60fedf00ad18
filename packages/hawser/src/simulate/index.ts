/**
 * `hawser/simulate`: whole servers and clients on a simulated network, in virtual time, from one seed.
 *
 * @module
 */
export { simulate, type SimulationReport } from './simulate.js'
export { explore, type Exploration, type ExploreOptions } from './explore.js'
export { shrink, type ShrinkOptions } from './shrink.js'
export type { SimulateOptions } from './simulate-options.js'
export { SimulationError, type SimulationFailure } from './simulation-error.js'
export type { Way, World } from './world.js'
export type { Host, HostOptions, HostProcess, OnHost, Program } from './host.js'
export type {
  Fault,
  FaultKind,
  FaultMix,
  HostFault,
  PathFault,
  ResetFault,
} from './faults/fault.js'
export type { Conditions } from './network/path.js'
export type { Clock, ClockTimer } from '../policy/clock.js'
export type { Network } from '../network.js'
