import type { Family } from '../metrics/family.js'
import type { AddressChange } from '../policy/address/address-changes.js'
import type { AddressInfo } from '../observe/payloads.js'
import type { UnixEndpoint } from '../socket/unix/unix-endpoint.js'

/**
 * What the primary and its workers say to each other, over the IPC channel that Node.js makes for a
 * forked process. Every message has the key `hawser`, so that a program may send its own beside them.
 */

/** The environment variable that makes a process a worker of ours. */
export const workerVariable = 'HAWSER_WORKER'

/** Milliseconds that newly accepted connections get for their first bytes before a drain begins. */
export const newcomerTime = 1_000

/** What that variable holds, as JSON. */
export interface WorkerSetup {
  /** The worker's place, from 1 up to `count`; its replacement has the same. */
  readonly slot: number
  readonly count: number
  /** Milliseconds to drain when the primary is gone; -1 is for ever. */
  readonly drain: number
  readonly reusePort: boolean
}

/** How a worker's servers closed. */
export interface LeaveResult {
  readonly drained: number
  readonly forced: number
}

/** What a worker says. */
export type WorkerMessage =
  | LifeMessage
  | BindingMessage
  | ParcelsMessage
  | ShareMessage
  | AddressesMessage
  | LoadMessage
  | SyncMessage

/** About its own life. */
export type LifeMessage =
  /** All servers that joined listen. */
  | { readonly hawser: 'ready'; readonly addresses: readonly (AddressInfo | string)[] }
  /** It cannot go on, and ends; why. */
  | { readonly hawser: 'failed'; readonly code: string | undefined; readonly message: string }
  /** It was asked by another process to end, and goes on until it is told to leave. */
  | { readonly hawser: 'replace' }
  /** Its servers have closed, and it ends. */
  | ({ readonly hawser: 'left' } & LeaveResult)
  /** What it has counted. */
  | { readonly hawser: 'scraped'; readonly families: readonly Family[] }

/** How many connections it has. */
export interface LoadMessage {
  readonly hawser: 'load'
  readonly open: number
  /** How many it had been handed when it counted. */
  readonly seen: number
}

/** A reply is wanted, once all that was said before has been heard. */
export interface SyncMessage {
  readonly hawser: 'sync'
  readonly id: number
}

/** Topics that workers share: a batch of `parcels.ts`, in both directions. */
export interface ParcelsMessage {
  readonly hawser: 'parcels'
  readonly bytes: Uint8Array
}

/** About its share of a limit that holds for all workers together. */
export type ShareMessage =
  /** It may have so many more, of so many there are. */
  | {
      readonly hawser: 'want'
      readonly server: string
      readonly total: number
      readonly count: number
    }
  /** It gives so many back. */
  | { readonly hawser: 'give-back'; readonly server: string; readonly count: number }

/**
 * What has become of clients' addresses at a server whose limits by address hold for all workers
 * together; the first one, perhaps of no changes, says that it is such a server. In both directions.
 */
export interface AddressesMessage {
  readonly hawser: 'addresses'
  readonly server: string
  readonly changes: readonly AddressChange[]
}

/** About where it listens. */
export type BindingMessage =
  /** It is about to listen over TCP there: at which port? */
  | {
      readonly hawser: 'bind'
      readonly id: number
      readonly where: string
      readonly port: number
    }
  /** It listens there, at this port. */
  | { readonly hawser: 'bound'; readonly where: string; readonly actual: number }
  /** It listens there no more. */
  | { readonly hawser: 'unbound'; readonly where: string }
  /** It is about to listen on a Unix socket: where is it to be bound? */
  | { readonly hawser: 'bind-path'; readonly id: number; readonly endpoint: UnixEndpoint }
  /** It is bound: may it be moved to where it belongs? */
  | { readonly hawser: 'bound-path'; readonly id: number; readonly path: string }
  /** It listens there no more. */
  | { readonly hawser: 'unbound-path'; readonly path: string }

/** What the primary says. */
export type PrimaryMessage =
  /** Stop accepting, drain for so many milliseconds (-1 is for ever), and end. */
  | { readonly hawser: 'leave'; readonly drain: number }
  /** Say what you have counted. */
  | { readonly hawser: 'scrape' }
  /** What nodes of other workers published. */
  | ParcelsMessage
  /** The nodes of all workers that share topics now. */
  | { readonly hawser: 'nodes'; readonly nodes: readonly string[] }
  /** What has changed at other workers. */
  | AddressesMessage
  /** So many more are yours. */
  | { readonly hawser: 'granted'; readonly server: string; readonly count: number }
  /** Others need some: give back what you can spare; as long as it is true, whenever you can. */
  | { readonly hawser: 'scarce'; readonly server: string; readonly isScarce: boolean }
  /** The reply to the request of that id. */
  | {
      readonly hawser: 'answer'
      readonly id: number
      readonly value?: unknown
      readonly error?: { readonly code: string | undefined; readonly message: string }
    }

/** JSON and messages know no `Infinity` everywhere. */
export function packTime(milliseconds: number): number {
  return milliseconds === Infinity ? -1 : milliseconds
}

/** The other way. */
export function unpackTime(milliseconds: number): number {
  return milliseconds < 0 ? Infinity : milliseconds
}

/** Whether a message is one of ours, and not the program's own. */
export function isOurs(message: unknown): message is { readonly hawser: string } {
  return typeof message === 'object' && message !== null && 'hawser' in message
}
