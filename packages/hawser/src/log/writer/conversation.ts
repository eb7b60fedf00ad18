import { Buffer } from 'node:buffer'
import { encodeEvent, type LogEvent } from '../format/events.js'
import { kindNumbers } from '../format/kinds.js'
import type { LoggedConnection, OpenDetails } from './session-log.js'
import { createTrack, type Track } from './track.js'

/** Where the rows of a connection go. */
export interface RowSink {
  /** @returns whether all of it was taken */
  append(track: Track, flags: number, bytes: Uint8Array): boolean
  /** Rows of this connection were lost: `recover` is called when there is room again. */
  losing(conversation: Conversation, bytes: number): void
}

/** A connection as a log knows it: a track for each direction, one for its events, and what was lost. */
export class Conversation implements LoggedConnection {
  readonly id: number
  readonly #sink: RowSink
  readonly #in: Track
  readonly #out: Track
  readonly #events: Track
  #lost: { rows: number; in: number; out: number } | undefined
  #isOver = false

  constructor(sink: RowSink, id: number) {
    this.id = id
    this.#sink = sink
    this.#in = createTrack(id, kindNumbers.in)
    this.#out = createTrack(id, kindNumbers.out)
    this.#events = createTrack(id, kindNumbers.event)
  }

  in(bytes: Uint8Array, flags = 0): void {
    this.#append(this.#in, flags, bytes)
  }

  out(bytes: Uint8Array, flags = 0): void {
    this.#append(this.#out, flags, bytes)
  }

  event(event: LogEvent): void {
    if (!this.#isOver) this.#append(this.#events, 0, encodeEvent(event))
  }

  close(details: OpenDetails = {}): void {
    if (this.#isOver) return
    this.event({ ...details, event: 'close' })
    this.#isOver = true
  }

  /**
   * Say how much was lost, now that there is room again.
   *
   * @returns whether that was possible
   */
  recover(): boolean {
    const lost = this.#lost
    if (lost === undefined) return true
    const text = Buffer.from(JSON.stringify({ event: 'lost', ...lost }))
    const track = createTrack(this.id, kindNumbers.lost)
    if (!this.#sink.append(track, 0, text)) return false
    this.#lost = undefined
    return true
  }

  #append(track: Track, flags: number, bytes: Uint8Array): void {
    if (this.#isOver || !(bytes.length > 0)) return
    const before = track.position
    // What was lost is said where it is missing.
    if (this.recover() && this.#sink.append(track, flags, bytes)) return
    const taken = track.position - before
    track.position += bytes.length - taken
    this.#lose(track, bytes.length - taken)
  }

  #lose(track: Track, bytes: number): void {
    const lost = (this.#lost ??= { rows: 0, in: 0, out: 0 })
    lost.rows++
    if (track.kind === kindNumbers.in) lost.in += bytes
    else if (track.kind === kindNumbers.out) lost.out += bytes
    this.#sink.losing(this, bytes)
  }
}
