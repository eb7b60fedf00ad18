import type { Renderer, ServerEvent } from './events.js'
import type { Sink } from './sinks/sink.js'

/** Shows events, and never lets a slow reader of the output cost memory or time. */
export class Display {
  readonly #sink: Sink
  readonly #render: Renderer
  readonly #limit: number
  #batch = ''
  #dropped = 0

  /**
   * @param limit bytes that may wait to be written; while more do, events are counted, not kept
   */
  constructor(sink: Sink, render: Renderer, limit: number) {
    this.#sink = sink
    this.#render = render
    this.#limit = limit
  }

  /** Show an event, or count it when the output is behind. */
  show(event: ServerEvent): void {
    if (this.#sink.queued + this.#batch.length <= this.#limit) {
      this.insist(event)
      return
    }
    this.#dropped += 1
    if (this.#dropped === 1) void this.#reportWhenDrained()
  }

  /** Show an event however far behind the output is: for the few that must not be lost. */
  insist(event: ServerEvent): void {
    this.#reportDropped()
    const seenAt = 'seenAt' in event ? event.seenAt : undefined
    this.#append(this.#render(event, seenAt === undefined ? new Date() : new Date(seenAt)))
  }

  /** Settles when all was written, or after `limit` milliseconds. */
  async flush(limit: number): Promise<void> {
    this.#reportDropped()
    this.#writeBatch()
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit)
    })
    await Promise.race([this.#sink.drained(), deadline])
    clearTimeout(timer)
  }

  async #reportWhenDrained(): Promise<void> {
    this.#writeBatch()
    await this.#sink.drained()
    this.#reportDropped()
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return
    const events = this.#dropped
    this.#dropped = 0
    this.#append(this.#render({ event: 'dropped', events }, new Date()))
  }

  /** The events of one chunk of bytes are written with one call. */
  #append(text: string): void {
    if (this.#batch === '') queueMicrotask(() => this.#writeBatch())
    this.#batch += text
  }

  #writeBatch(): void {
    const text = this.#batch
    if (text === '') return
    this.#batch = ''
    this.#sink.write(text)
  }
}
