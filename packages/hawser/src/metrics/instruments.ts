import { durationBounds, firstByteBounds, outboxBounds } from './bounds.js'
import type { OpenTelemetryInstrumentOptions, OpenTelemetryMeter } from './opentelemetry-meter.js'

type Histogram = ReturnType<OpenTelemetryMeter['createHistogram']>
type Counter = ReturnType<OpenTelemetryMeter['createCounter']>

/** Everything that is measured of servers. */
export interface Instruments {
  readonly duration: Histogram
  readonly firstByte: Histogram
  readonly outbox: Histogram
  readonly closed: Counter
  readonly overflows: Counter
  readonly observables: Readonly<Record<ObservableName, object>>
}

type ObservableName =
  | 'accepting'
  | 'connections'
  | 'limit'
  | 'accepted'
  | 'vanished'
  | 'refused'
  | 'io'
  | 'messages'
  | 'handlerErrors'
  | 'poolUsage'
  | 'poolLimit'

/**
 * Make all instruments.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/naming/ how they are named; those of
 * Kestrel, a server too, are stable there and were followed where they exist
 */
export function createInstruments(meter: OpenTelemetryMeter): Instruments {
  const counter = (name: string, options: OpenTelemetryInstrumentOptions): object =>
    meter.createObservableCounter(`hawser.server.${name}`, options)
  const upDown = (name: string, options: OpenTelemetryInstrumentOptions): object =>
    meter.createObservableUpDownCounter(`hawser.server.${name}`, options)
  return {
    duration: meter.createHistogram(
      'hawser.server.connection.duration',
      bounded('s', durationBounds, 'How long connections were open.'),
    ),
    firstByte: meter.createHistogram(
      'hawser.server.connection.time_to_first_byte',
      bounded('s', firstByteBounds, "From accepting a connection to its peer's first byte."),
    ),
    outbox: meter.createHistogram(
      'hawser.server.outbox.size',
      bounded(
        'By',
        outboxBounds,
        'Bytes waiting in outboxes: each open connection is looked at once a collection.',
      ),
    ),
    closed: meter.createCounter(
      'hawser.server.closed_connections',
      measured('{connection}', 'Connections that ended, by reason.'),
    ),
    overflows: meter.createCounter(
      'hawser.server.outbox.overflows',
      measured(
        '{overflow}',
        'Times an outbox rose above its high-water mark, or above what it may hold.',
      ),
    ),
    observables: {
      accepting: meter.createObservableGauge(
        'hawser.server.accepting',
        measured('1', 'Whether connections are accepted: 1 or 0.'),
      ),
      connections: upDown('active_connections', measured('{connection}', 'Connections open now.')),
      limit: upDown(
        'connection.limit',
        measured('{connection}', 'The most connections open at once.'),
      ),
      accepted: counter('accepted_connections', measured('{connection}', 'Connections accepted.')),
      vanished: counter(
        'vanished_connections',
        measured(
          '{connection}',
          'Connections reset by their peer before they could be accepted or refused.',
        ),
      ),
      refused: counter(
        'refused_connections',
        measured('{connection}', 'Connections turned away, by reason.'),
      ),
      io: counter('io', measured('By', 'Bytes received, and bytes accepted for sending.')),
      messages: counter(
        'messages',
        measured('{message}', 'Messages delivered, and messages accepted for sending.'),
      ),
      handlerErrors: counter('handler_errors', measured('{error}', 'Exceptions out of handlers.')),
      poolUsage: upDown('pool.usage', measured('By', 'Bytes of the server-wide pool in use.')),
      poolLimit: upDown('pool.limit', measured('By', 'Bytes there are in the pool.')),
    },
  }
}

function measured(unit: string, description: string): OpenTelemetryInstrumentOptions {
  return { unit, description }
}

function bounded(
  unit: string,
  bounds: readonly number[],
  description: string,
): OpenTelemetryInstrumentOptions {
  return { unit, description, advice: { explicitBucketBoundaries: [...bounds] } }
}
