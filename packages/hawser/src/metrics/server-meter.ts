import type { ServerInfo } from '../server/info.js'
import { durationBounds, firstByteBounds, outboxBounds } from './bounds.js'
import type { Family, Labels, Sample } from './family.js'
import { Histogram } from './histogram.js'
import type { Recorder } from './recorder.js'

/** What is counted of one server besides what it counts itself. */
export class ServerMeter implements Recorder {
  readonly #closed = new Map<string, number>()
  readonly #overflows = new Map([
    ['high-water', 0],
    ['full', 0],
  ])
  readonly #duration = new Histogram(durationBounds)
  readonly #firstByte = new Histogram(firstByteBounds)
  readonly #outbox = new Histogram(outboxBounds)

  /** A connection ended; `seconds` since it was accepted, where that was seen. */
  closed(reason: string, seconds: number | undefined): void {
    increment(this.#closed, reason)
    if (seconds !== undefined) this.#duration.observe(seconds)
  }

  /** The peer's first bytes came so many seconds after it was accepted. */
  heard(seconds: number): void {
    this.#firstByte.observe(seconds)
  }

  /** An outbox rose above a limit. */
  overflowed(kind: string): void {
    increment(this.#overflows, kind)
  }

  /** So many bytes wait in one connection's outbox. */
  sampleOutbox(bytes: number): void {
    this.#outbox.observe(bytes)
  }

  /** Everything there is to say of the server. */
  families(info: ServerInfo, labels: Labels): Family[] {
    const one = (value: number): Sample[] => [{ labels, value }]
    const by = (name: string, counts: Iterable<readonly [string, number]>): Sample[] =>
      [...counts].map(([key, value]) => ({ labels: { ...labels, [name]: key }, value }))
    const accepting = info.listening && !info.draining
    return [
      gauge('accepting', 'Whether connections are accepted: 1 or 0.', one(accepting ? 1 : 0)),
      gauge('connections', 'Connections open now.', one(info.connections)),
      gauge(
        'connections_limit',
        'The most connections open at once.',
        one(info.effectiveMaxConnections),
      ),
      counter('connections_accepted_total', 'Connections accepted.', one(info.accepted)),
      counter(
        'connections_vanished_total',
        'Connections reset by their peer before they could be accepted or refused.',
        one(info.vanished),
      ),
      counter(
        'connections_refused_total',
        'Connections turned away, by reason.',
        by('reason', Object.entries(info.refused)),
      ),
      counter(
        'connections_closed_total',
        'Connections that ended, by reason.',
        by('reason', this.#closed),
      ),
      counter('bytes_read_total', 'Bytes received.', one(info.bytesRead)),
      counter('bytes_written_total', 'Bytes accepted for sending.', one(info.bytesWritten)),
      counter('messages_read_total', 'Messages delivered.', one(info.messagesRead)),
      counter(
        'messages_written_total',
        'Messages accepted for sending.',
        one(info.messagesWritten),
      ),
      counter('handler_errors_total', 'Exceptions out of handlers.', one(info.handlerErrors)),
      counter(
        'outbox_overflows_total',
        'Times an outbox rose above its high-water mark, or above what it may hold.',
        by('kind', this.#overflows),
      ),
      gauge('pool_bytes', 'Bytes of the server-wide pool in use.', one(info.pool.used)),
      gauge('pool_limit_bytes', 'Bytes there are in the pool.', one(info.pool.limit)),
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

function counter(name: string, help: string, samples: Sample[]): Family {
  return { name: `hawser_${name}`, type: 'counter', help, samples }
}

function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name: `hawser_${name}`, type: 'gauge', help, samples }
}

function histogram(name: string, help: string, samples: Sample[]): Family {
  return { name: `hawser_${name}`, type: 'histogram', help, samples }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
