import type { ServerInfo } from '../observe/server-info.js'

/** One number of a server, or several told apart by a word, as each system of metrics names it. */
export interface Reading {
  /** `up-down`: what can be summed over servers; a `gauge` cannot. Prometheus calls both a gauge. */
  readonly kind: 'counter' | 'gauge' | 'up-down'
  /** For Prometheus, without `hawser_`. */
  readonly name: string
  /** For OpenTelemetry, without `hawser.server.`; several readings may share one. */
  readonly instrument: string
  /** For OpenTelemetry, in the notation of UCUM. */
  readonly unit: string
  readonly help: string
  /** Tells it from the others of its instrument. */
  readonly attributes?: Readonly<Record<string, string>>
  /** What the words of several numbers are: a label, and an attribute. */
  readonly by?: { readonly label: string; readonly attribute: string }
  /** Undefined where there is nothing to read; several numbers by word. */
  readonly read: (info: ServerInfo) => number | undefined | Readonly<Record<string, number>>
}

const received = { 'network.io.direction': 'receive' }
const transmitted = { 'network.io.direction': 'transmit' }

/**
 * Everything that a server counts itself.
 *
 * @see https://prometheus.io/docs/practices/naming/ how the names are made
 * @see https://opentelemetry.io/docs/specs/semconv/general/naming/ how the instruments are named;
 * those of Kestrel, a server too, are stable there and were followed where they exist
 */
export const readings: readonly Reading[] = [
  {
    kind: 'gauge',
    name: 'accepting',
    instrument: 'accepting',
    unit: '1',
    help: 'Whether connections are accepted: 1 or 0.',
    read: ({ listening, draining }) => (listening && !draining ? 1 : 0),
  },
  {
    kind: 'up-down',
    name: 'connections',
    instrument: 'active_connections',
    unit: '{connection}',
    help: 'Connections open now.',
    read: ({ connections }) => connections,
  },
  {
    kind: 'up-down',
    name: 'connections_opening',
    instrument: 'opening_connections',
    unit: '{connection}',
    help: 'Connections whose PROXY header or TLS handshake is under way; the limit counts them.',
    read: ({ opening }) => opening,
  },
  {
    kind: 'up-down',
    name: 'connections_limit',
    instrument: 'connection.limit',
    unit: '{connection}',
    help: 'The most connections open at once.',
    read: ({ effectiveMaxConnections }) => effectiveMaxConnections,
  },
  {
    kind: 'up-down',
    name: 'connections_held',
    instrument: 'queued_connections',
    unit: '{connection}',
    help: "Connections that wait for room (atLimit: 'pause').",
    read: ({ held }) => held,
  },
  {
    kind: 'counter',
    name: 'connections_accepted_total',
    instrument: 'accepted_connections',
    unit: '{connection}',
    help: 'Connections accepted.',
    read: ({ accepted }) => accepted,
  },
  {
    kind: 'counter',
    name: 'connections_vanished_total',
    instrument: 'vanished_connections',
    unit: '{connection}',
    help: 'Connections reset by their peer before they could be accepted or refused.',
    read: ({ vanished }) => vanished,
  },
  {
    kind: 'counter',
    name: 'connections_refused_total',
    instrument: 'refused_connections',
    unit: '{connection}',
    help: 'Connections turned away, by reason.',
    by: { label: 'reason', attribute: 'hawser.refusal.reason' },
    read: ({ refused }) => ({ ...refused }),
  },
  {
    kind: 'counter',
    name: 'bytes_read_total',
    instrument: 'io',
    unit: 'By',
    help: 'Bytes received.',
    attributes: received,
    read: ({ bytesRead }) => bytesRead,
  },
  {
    kind: 'counter',
    name: 'bytes_written_total',
    instrument: 'io',
    unit: 'By',
    help: 'Bytes accepted for sending.',
    attributes: transmitted,
    read: ({ bytesWritten }) => bytesWritten,
  },
  {
    kind: 'counter',
    name: 'messages_read_total',
    instrument: 'messages',
    unit: '{message}',
    help: 'Messages delivered.',
    attributes: received,
    read: ({ messagesRead }) => messagesRead,
  },
  {
    kind: 'counter',
    name: 'messages_written_total',
    instrument: 'messages',
    unit: '{message}',
    help: 'Messages accepted for sending.',
    attributes: transmitted,
    read: ({ messagesWritten }) => messagesWritten,
  },
  {
    kind: 'counter',
    name: 'handler_errors_total',
    instrument: 'handler_errors',
    unit: '{error}',
    help: 'Exceptions out of handlers.',
    read: ({ handlerErrors }) => handlerErrors,
  },
  {
    kind: 'up-down',
    name: 'topics',
    instrument: 'topic.count',
    unit: '{topic}',
    help: 'Topics that have members.',
    read: ({ topics }) => topics,
  },
  {
    kind: 'counter',
    name: 'messages_skipped_total',
    instrument: 'skipped_messages',
    unit: '{message}',
    help: 'Messages that members of topics missed because they read too slowly.',
    read: ({ skipped }) => skipped,
  },
  {
    kind: 'counter',
    name: 'backplane_messages_published_total',
    instrument: 'backplane.messages',
    unit: '{message}',
    help: 'Messages published on the backplane.',
    attributes: transmitted,
    read: ({ backplane }) => backplane?.published,
  },
  {
    kind: 'counter',
    name: 'backplane_messages_received_total',
    instrument: 'backplane.messages',
    unit: '{message}',
    help: 'Messages of other nodes of the backplane.',
    attributes: received,
    read: ({ backplane }) => backplane?.received,
  },
  {
    kind: 'counter',
    name: 'backplane_messages_lost_total',
    instrument: 'backplane.lost_messages',
    unit: '{message}',
    help: 'Messages that could not be published on the backplane.',
    read: ({ backplane }) => backplane?.lost,
  },
  {
    kind: 'counter',
    name: 'backplane_messages_missed_total',
    instrument: 'backplane.missed_messages',
    unit: '{message}',
    help: 'Messages of other nodes of the backplane that did not arrive.',
    read: ({ backplane }) => backplane?.missed,
  },
  {
    kind: 'counter',
    name: 'backplane_messages_of_strangers_total',
    instrument: 'backplane.stranger_messages',
    unit: '{message}',
    help: 'Messages on the backplane that were dropped, since no node published them.',
    read: ({ backplane }) => backplane?.strangers,
  },
  {
    kind: 'gauge',
    name: 'backplane_connected',
    instrument: 'backplane.connected',
    unit: '1',
    help: 'Whether the link to the other nodes of the backplane is there: 1 or 0.',
    read: ({ backplane }) => (backplane === undefined ? undefined : Number(backplane.connected)),
  },
  {
    kind: 'gauge',
    name: 'backplane_nodes',
    instrument: 'backplane.nodes',
    unit: '{node}',
    help: 'Other nodes of the backplane that are there.',
    read: ({ backplane }) => backplane?.nodes,
  },
  {
    kind: 'up-down',
    name: 'backplane_queue_bytes',
    instrument: 'backplane.queue.usage',
    unit: 'By',
    help: 'Bytes waiting to be published on the backplane.',
    read: ({ backplane }) => backplane?.queued,
  },
  {
    kind: 'up-down',
    name: 'memory_bytes',
    instrument: 'memory.usage',
    unit: 'By',
    help: 'Bytes of the memory that all connections share in use.',
    read: ({ memory }) => memory.used,
  },
  {
    kind: 'up-down',
    name: 'memory_limit_bytes',
    instrument: 'memory.limit',
    unit: 'By',
    help: 'Bytes the connections may share.',
    read: ({ memory }) => memory.limit,
  },
]

/** The numbers of a reading, each with the word that tells it from the others, if any. */
export function readNumbers(
  reading: Reading,
  info: ServerInfo,
): (readonly [string | undefined, number])[] {
  const found = reading.read(info)
  if (found === undefined) return []
  return typeof found === 'number' ? [[undefined, found]] : Object.entries(found)
}
