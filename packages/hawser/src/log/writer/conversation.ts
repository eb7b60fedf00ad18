import { Buffer } from 'node:buffer'
import { encodeEvent, type LogEvent } from '../format/events.js'
import { kindNumbers } from '../format/kinds.js'
import type { LoggedConnection, LostRows, OpenDetails } from './session-log.js'
import { MaskedRows, type MaskedSink, type RowOutlet } from './masked-rows.js'
import { createTrack, Opened, type Track } from './track.js'

/** Where the rows of a connection go. */
export interface RowSink {
  /** What masks are for; undefined without them. */
  readonly masks: MaskedSink | undefined
  /** The file that the last row is in. */
  readonly segment: number
  /** @returns whether all of it was taken */
  append(track: Track, flags: number, bytes: Uint8Array, time?: number): boolean
  /**
   * A row was lost.
   *
   * @returns the one that says so, when its `recover` is called because there is room again
   */
  losing(conversation: Conversation, bytes: number): Conversation
  /** It is over. */
  closed(conversation: Conversation): void
}

/** A connection as a log knows it: a track for each direction, one for its events, and what was lost. */
export class Conversation implements LoggedConnection, RowOutlet {
  readonly id: number
  readonly #source: number
  readonly #sink: RowSink
  readonly #in: Track
  readonly #out: Track
  readonly #events: Track
  #lost: { rows: number; in: number; out: number } | undefined
  readonly #masked: MaskedRows | undefined
  #isOver = false

  /** @param source whose it is; 0 for this process */
  constructor(sink: RowSink, id: number, source: number) {
    this.id = id
    this.#source = source
    this.#sink = sink
    this.#in = createTrack(id, kindNumbers.in, source)
    this.#out = createTrack(id, kindNumbers.out, source)
    this.#events = createTrack(id, kindNumbers.event, source)
    if (sink.masks !== undefined) this.#masked = new MaskedRows(sink.masks, this)
  }

  /**
   * It begins with an event.
   *
   * @param isRepeated whether it is said again in each further file, because those before may be deleted
   */
  open(event: LogEvent, isRepeated: boolean, time?: number): void {
    this.event(event, time)
    if (!isRepeated) return
    const { last } = this.#events
    // Lost for a slow disk: it is said when there is room.
    const segment = last < 0 ? -1 : this.#sink.segment
    const opened = new Opened(this.#events, segment, encodeEvent(event))
    for (const track of [this.#in, this.#out, this.#events]) track.opened = opened
  }

  in(bytes: Uint8Array, flags = 0, time?: number): void {
    this.#take(this.#in, flags, bytes, time)
  }

  out(bytes: Uint8Array, flags = 0, time?: number): void {
    this.#take(this.#out, flags, bytes, time)
  }

  event(event: LogEvent, time?: number): void {
    if (this.#isOver) return
    const bytes = encodeEvent(event)
    if (this.#masked === undefined) this.write(this.#events, 0, bytes, time)
    else this.#masked.addEvent(this.#events, bytes, time)
  }

  lost(lost: LostRows, time?: number): void {
    if (this.#isOver) return
    this.#masked?.stop('bytes of it were lost, and a secret may have begun in them')
    this.#in.position += lost.in
    this.#out.position += lost.out
    const { rows } = lost
    this.write(this.#lostTrack(), 0, encodeLost({ rows, in: lost.in, out: lost.out }), time)
  }

  close(details: OpenDetails = {}, time?: number): void {
    if (this.#isOver) return
    this.#masked?.end()
    this.event({ event: 'close', ...details }, time)
    this.#isOver = true
    this.#sink.closed(this)
  }

  /**
   * Say how much was lost, now that there is room again.
   *
   * @returns whether that was possible
   */
  recover(): boolean {
    const lost = this.#lost
    if (lost === undefined) return true
    if (!this.#sink.append(this.#lostTrack(), 0, encodeLost(lost))) return false
    this.#lost = undefined
    return true
  }

  /** The log closes while the connection goes on. */
  leave(): void {
    this.#masked?.drop()
    this.#isOver = true
  }

  /** For the masks. */
  write(track: Track, flags: number, bytes: Uint8Array, time?: number): void {
    const before = track.position
    // What was lost is said where it is missing.
    if (this.recover() && this.#sink.append(track, flags, bytes, time)) return
    this.lose(track, bytes.length - (track.position - before))
  }

  stopped(why: string): void {
    this.event({ event: 'mask-stopped', text: `the bytes of this connection are left out: ${why}` })
  }

  lose(track: Track, bytes: number): void {
    track.position += bytes
    this.#sink.losing(this, bytes).countLost(track.kind, bytes)
  }

  /** A row of this connection was lost, or of one that cannot say so itself. */
  countLost(kind: number, bytes: number): void {
    const lost = (this.#lost ??= { rows: 0, in: 0, out: 0 })
    lost.rows++
    if (kind === kindNumbers.in) lost.in += bytes
    else if (kind === kindNumbers.out) lost.out += bytes
  }

  #take(track: Track, flags: number, bytes: Uint8Array, time: number | undefined): void {
    if (this.#isOver || bytes.length === 0) return
    if (this.#masked === undefined) this.write(track, flags, bytes, time)
    else this.#masked.add(track, flags, bytes, time)
  }

  #lostTrack(): Track {
    const track = createTrack(this.id, kindNumbers.lost, this.#source)
    return { ...track, opened: this.#events.opened }
  }
}

function encodeLost(lost: LostRows): Buffer {
  return Buffer.from(JSON.stringify({ event: 'lost', ...lost }))
}
