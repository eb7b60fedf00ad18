import type { ServerInfo } from '../observe/server-info.js'
import { durationBounds, firstByteBounds, handshakeBounds, outboxBounds } from './bounds.js'
import type { Family, Labels, Sample } from './family.js'
import { Histogram } from './histogram.js'
import { type Reading, readings, readNumbers } from './readings.js'
import type { Recorder } from './recorder.js'

/** What is counted of one server besides what it counts itself. */
export class ServerMeter implements Recorder {
  readonly #closed = new Map<string, number>()
  readonly #overflows = new Map([
    ['high-water', 0],
    ['full', 0],
  ])
  readonly #handshake = new Histogram(handshakeBounds)
  readonly #duration = new Histogram(durationBounds)
  readonly #firstByte = new Histogram(firstByteBounds)
  readonly #outbox = new Histogram(outboxBounds)

  handshaken(seconds: number): void {
    this.#handshake.observe(seconds)
  }

  heard(seconds: number): void {
    this.#firstByte.observe(seconds)
  }

  overflowed(kind: string): void {
    increment(this.#overflows, kind)
  }

  closed(reason: string, seconds: number | undefined): void {
    increment(this.#closed, reason)
    if (seconds !== undefined) this.#duration.observe(seconds)
  }

  /** So many bytes wait in one connection's outbox. */
  sampleOutbox(bytes: number): void {
    this.#outbox.observe(bytes)
  }

  /** Everything there is to say of the server. */
  families(info: ServerInfo, labels: Labels): Family[] {
    const by = (name: string, counts: Iterable<readonly [string, number]>): Sample[] =>
      [...counts].map(([key, value]) => ({ labels: { ...labels, [name]: key }, value }))
    return [
      ...readings.map((reading) => family(reading, info, labels)),
      {
        name: 'hawser_connections_closed_total',
        type: 'counter',
        help: 'Connections that ended, by reason.',
        samples: by('reason', this.#closed),
      },
      {
        name: 'hawser_outbox_overflows_total',
        type: 'counter',
        help: 'Times an outbox rose above its high-water mark, or above what it may hold.',
        samples: by('kind', this.#overflows),
      },
      histogram(
        'tls_handshake_seconds',
        'How long TLS handshakes took that were done.',
        this.#handshake.samples(labels),
      ),
      histogram(
        'connection_duration_seconds',
        'How long connections were open.',
        this.#duration.samples(labels),
      ),
      histogram(
        'first_byte_seconds',
        "From accepting a connection to its peer's first byte.",
        this.#firstByte.samples(labels),
      ),
      histogram(
        'outbox_bytes',
        'Bytes waiting in outboxes: each open connection is looked at once a scrape.',
        this.#outbox.samples(labels),
      ),
    ]
  }
}

function family(reading: Reading, info: ServerInfo, labels: Labels): Family {
  const { kind, name, help, by } = reading
  const samples = readNumbers(reading, info).map(([word, value]) => ({
    labels: word === undefined || by === undefined ? labels : { ...labels, [by.label]: word },
    value,
  }))
  return { name: `hawser_${name}`, type: kind === 'counter' ? 'counter' : 'gauge', help, samples }
}

function histogram(name: string, help: string, samples: Sample[]): Family {
  return { name: `hawser_${name}`, type: 'histogram', help, samples }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
