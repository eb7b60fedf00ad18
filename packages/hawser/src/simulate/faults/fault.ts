import type { Conditions } from '../network/path.js'

/** What goes wrong, when, and for how long. Times are milliseconds of the world. */
export type Fault = PathFault | ResetFault | HostFault

/** All connections between two hosts are reset. */
export interface ResetFault {
  /** Which fault it is. */
  readonly kind: 'reset'
  /** When. */
  readonly at: number
  /** One host. */
  readonly from: string
  /** The other one. */
  readonly to: string
}

/** Something is wrong with the way from one host to another, and back unless `oneWay`. */
export interface PathFault {
  /** `cut`: nothing gets through. `bad`: the way is as `conditions` say. */
  readonly kind: 'cut' | 'bad'
  /** When it begins. */
  readonly at: number
  /** How long it lasts. */
  readonly for: number
  /** The host that sends. */
  readonly from: string
  /** The host that receives. */
  readonly to: string
  /** Only this way, and not back. Default false. */
  readonly oneWay?: boolean
  /** What the way is like, where it is `bad`. */
  readonly conditions?: Conditions
}

/** Something is wrong with a host. */
export interface HostFault {
  /**
   * `freeze`: its process stands still. `kill`: its process is killed, and its program starts again.
   * `power`: the whole machine is off, without a word, and starts again.
   */
  readonly kind: 'freeze' | 'kill' | 'power'
  /** When it begins. */
  readonly at: number
  /** How long it lasts. */
  readonly for: number
  /** The host. */
  readonly host: string
}

/** What can go wrong. */
export type FaultKind = Fault['kind']

/** Which faults are made up from the seed. */
export interface FaultMix {
  /** Milliseconds from one fault to the next, in the mean. Default 2,000. */
  readonly every?: number | undefined
  /** Milliseconds after which no further one begins. Default 30,000. */
  readonly until?: number | undefined
  /** Which kinds. Default all. A host without a program of its own is never killed. */
  readonly kinds?: readonly FaultKind[] | undefined
}

/** Every kind. */
export const faultKinds: readonly FaultKind[] = ['cut', 'bad', 'reset', 'freeze', 'kill', 'power']
