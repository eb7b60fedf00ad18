import process from 'node:process'
import { type ErrorDetails, type HawserError, StateError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import type { Connection, Topics } from './face.js'

/** A connection as groups and broadcasts see it: something that takes frames. */
export interface Member<In, Out> {
  readonly connection: Connection<In, Out>
  readonly framing: Framing<In, Out>
  readonly isClosed: boolean
  /** What ended the connection, if it was not an orderly end. */
  readonly error: HawserError | undefined
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  /** Whether nothing more is taken to be sent. */
  readonly refuses: boolean
  /** Whether more waits to be sent than the high-water mark. */
  readonly isCongested: boolean
  /** The bytes of a message, for every member with the same framing. */
  encode(message: Out): Uint8Array
  /** Send a frame that was encoded before. @returns whether it was taken */
  share(frame: Uint8Array, message: Out): boolean
}

/** Where the connections of one server join topics. */
export interface Memberships<In, Out> {
  join(member: Member<In, Out>, topic: string): boolean
  leave(member: Member<In, Out>, topic: string): boolean
  topicsOf(member: Member<In, Out>): Topics
}

let isUntold = false

/**
 * Something joins a topic. Other nodes hear of it when the code that runs now is done, and a peer acts
 * on its reply at once: what is sent meanwhile leaves behind it.
 */
export function noteJoin(): void {
  if (isUntold) return
  isUntold = true
  process.nextTick(told)
}

/** Whether other nodes have still to hear of a join. */
export function isJoinUntold(): boolean {
  return isUntold
}

function told(): void {
  isUntold = false
}

/** The topics of a connection that `connect` made. */
export const noTopics: Topics = {
  size: 0,
  has: () => false,
  [Symbol.iterator]: () => [][Symbol.iterator](),
}

/** Why a connection that `connect` made joins none. */
export function noGroups(details: ErrorDetails): StateError {
  return new StateError(
    'HAWSER_NO_GROUPS',
    'this connection was made by connect, and topics are kept by servers: ask the server to join you, in a message',
    { op: 'join', ...details },
  )
}
