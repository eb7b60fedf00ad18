import type { Lendee } from './borrowed-scratch.js'
import type { FlightPlan } from './flight-times.js'

/** How one direction of a memory pair behaves, all values checked and filled in. */
export interface LinkSettings extends FlightPlan {
  readonly chunkSize: number
  readonly resetAfter: number
  readonly stall: boolean
  readonly vanish: boolean
  readonly capacity: number
  readonly borrowed: boolean
  /** One chunk a turn: where several written in one turn would arrive as one. */
  readonly oneAtATime: boolean
  /** From 0 up to, and not including, 1. */
  readonly random: () => number
}

/** The writing end of a link. */
export interface LinkSource {
  /** A write that had to wait has now been taken whole. */
  drained(): void
  /** Bytes arrived at an end that is gone, and the far end says so. */
  refused(): void
}

/** The reading end of a link. */
export interface LinkTarget extends Lendee {
  /** Whether bytes may be pushed now. */
  readonly flowing: boolean
  /** Whether a write is under way, so that a reset is noticed though nothing is read. */
  readonly writing: boolean
  /** Whether the end is closed, so that what arrives is refused. */
  readonly gone: boolean
  deliverEnd(): void
  deliverReset(): void
  /** The link is cut: both ends are to see a reset. */
  cut(): void
}
