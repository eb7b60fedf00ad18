import type {
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from 'hawser/testing'

/** Passes everything on to another transport, and remembers what was asked of it. */
export class SpyTransport implements Transport {
  /** The chunks of each write. */
  readonly writes: (readonly TransportChunk[])[] = []
  /** Whether reading is paused. */
  paused = false
  /** Whether the transport keeps the process alive. */
  referenced = true
  /** `end`, `reset` and `close`, in the order they came. */
  readonly ends: string[] = []
  /** What it was started with. */
  sink: TransportSink | undefined
  readonly #inner: Transport

  constructor(inner: Transport) {
    this.#inner = inner
  }

  get capabilities(): TransportCapabilities {
    return this.#inner.capabilities
  }

  get unsent(): number {
    return this.#inner.unsent
  }

  get addresses(): TransportAddresses {
    return this.#inner.addresses
  }

  start(sink: TransportSink): void {
    this.sink = sink
    this.#inner.start(sink)
  }

  pause(): void {
    this.paused = true
    this.#inner.pause()
  }

  resume(): void {
    this.paused = false
    this.#inner.resume()
  }

  write(chunks: readonly TransportChunk[]): boolean {
    if (this.ends.length > 0) throw new Error(`write after ${this.ends.join(', ')}`)
    this.writes.push(chunks)
    return this.#inner.write(chunks)
  }

  end(): void {
    if (this.ends.length > 0) throw new Error(`end after ${this.ends.join(', ')}`)
    this.ends.push('end')
    this.#inner.end()
  }

  reset(): void {
    this.ends.push('reset')
    this.#inner.reset()
  }

  close(): void {
    this.ends.push('close')
    this.#inner.close()
  }

  ref(): void {
    this.referenced = true
    this.#inner.ref()
  }

  unref(): void {
    this.referenced = false
    this.#inner.unref()
  }
}
