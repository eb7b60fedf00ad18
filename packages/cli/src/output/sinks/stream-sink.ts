import type { OnSinkError, Sink } from './sink.js'

/** What a {@link StreamSink} needs of a stream. */
export interface SinkStream {
  write(chunk: string | Uint8Array, callback: () => void): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

/** A sink for pipes and files. Pipes are written without blocking, files are always ready. */
export class StreamSink implements Sink {
  readonly #stream: SinkStream
  #queued = 0
  #waiting: (() => void)[] = []

  constructor(stream: SinkStream, onError: OnSinkError) {
    this.#stream = stream
    stream.on('error', onError)
  }

  get queued(): number {
    return this.#queued
  }

  write(chunk: string | Uint8Array): void {
    const { length } = chunk
    if (length === 0) return
    this.#queued += length
    this.#stream.write(chunk, () => {
      this.#queued -= length
      if (this.#queued === 0) this.#settle()
    })
  }

  drained(): Promise<void> {
    if (this.#queued === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #settle(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
