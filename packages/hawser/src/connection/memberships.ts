import { StateError } from '../errors.js'
import type { Engine } from './engine.js'

/** The topics of one connection: iterable, and countable. */
export interface Topics extends Iterable<string> {
  /** How many there are. */
  readonly size: number
  /** Whether this is one of them. */
  has(topic: string): boolean
}

/** Where the connections of one server join topics. */
export interface Memberships<In, Out> {
  join(engine: Engine<In, Out>, topic: string): boolean
  leave(engine: Engine<In, Out>, topic: string): boolean
  topicsOf(engine: Engine<In, Out>): Topics
}

const noTopics: Topics = {
  size: 0,
  has: () => false,
  [Symbol.iterator]: () => [][Symbol.iterator](),
}

/** The topics of a connection, none for one that `connect` made. */
export function topicsOf<In, Out>(engine: Engine<In, Out>): Topics {
  return engine.owner.groups?.topicsOf(engine) ?? noTopics
}

/** @throws StateError `HAWSER_NO_GROUPS` when no server made the connection. */
export function membershipsOf<In, Out>(engine: Engine<In, Out>): Memberships<In, Out> {
  const { groups } = engine.owner
  if (groups !== undefined) return groups
  throw new StateError(
    'HAWSER_NO_GROUPS',
    'this connection was made by connect, and topics are kept by servers: ask the server to join you, in a message',
    { op: 'join', ...engine.details },
  )
}
