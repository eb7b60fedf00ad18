import { reporter } from '../report.js'
import { durationBounds, firstByteBounds, handshakeBounds, outboxBounds } from './bounds.js'
import type { OpenTelemetryInstrumentOptions, OpenTelemetryMeter } from './opentelemetry-meter.js'
import { type Reading, readings } from './readings.js'

type Histogram = ReturnType<OpenTelemetryMeter['createHistogram']>
type Counter = ReturnType<OpenTelemetryMeter['createCounter']>

/** Everything that is measured of servers. */
export interface Instruments {
  readonly handshake: Histogram
  readonly duration: Histogram
  readonly firstByte: Histogram
  readonly outbox: Histogram
  readonly closed: Counter
  readonly overflows: Counter
  /** What is asked once a collection, by the name in its readings. */
  readonly observables: ReadonlyMap<string, object>
}

const prefix = 'hawser.server.'

/** Make all instruments. The first of them that fails is a process warning; nothing else comes of it. */
export function createInstruments(meter: OpenTelemetryMeter): Instruments {
  const report = reporter()
  const histogram = (
    name: string,
    unit: string,
    bounds: readonly number[],
    description: string,
  ): Histogram => {
    const made = meter.createHistogram(prefix + name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: [...bounds] },
    })
    return { record: (value, attributes) => report(() => made.record(value, attributes)) }
  }
  const counter = (name: string, unit: string, description: string): Counter => {
    const made = meter.createCounter(prefix + name, { unit, description })
    return { add: (value, attributes) => report(() => made.add(value, attributes)) }
  }
  return {
    handshake: histogram(
      'tls_handshake.duration',
      's',
      handshakeBounds,
      'How long TLS handshakes took that were done.',
    ),
    duration: histogram(
      'connection.duration',
      's',
      durationBounds,
      'How long connections were open.',
    ),
    firstByte: histogram(
      'connection.time_to_first_byte',
      's',
      firstByteBounds,
      "From accepting a connection to its peer's first byte.",
    ),
    outbox: histogram(
      'outbox.size',
      'By',
      outboxBounds,
      'Bytes waiting in outboxes: each open connection is looked at once a collection.',
    ),
    closed: counter('closed_connections', '{connection}', 'Connections that ended, by reason.'),
    overflows: counter(
      'outbox.overflows',
      '{overflow}',
      'Times an outbox rose above its high-water mark, or above what it may hold.',
    ),
    observables: createObservables(meter),
  }
}

function createObservables(meter: OpenTelemetryMeter): Map<string, object> {
  const observables = new Map<string, object>()
  for (const { kind, instrument, unit } of readings) {
    if (observables.has(instrument)) continue
    const description = readings
      .filter((reading) => reading.instrument === instrument)
      .map(({ help }) => help)
      .join(' ')
    observables.set(instrument, create(meter, kind, prefix + instrument, { unit, description }))
  }
  return observables
}

function create(
  meter: OpenTelemetryMeter,
  kind: Reading['kind'],
  name: string,
  options: OpenTelemetryInstrumentOptions,
): object {
  switch (kind) {
    case 'counter':
      return meter.createObservableCounter(name, options)
    case 'gauge':
      return meter.createObservableGauge(name, options)
    case 'up-down':
      return meter.createObservableUpDownCounter(name, options)
  }
}
