import type { Buffer } from 'node:buffer'
import { HandlerError, textOf } from '../../errors.js'
import { kindNumbers } from '../format/kinds.js'
import { HeldRows } from '../mask/held-rows.js'
import type { Finder } from '../mask/mask-rule.js'
import type { Track } from './track.js'

/** Where rows go when their secrets are masked. */
export interface MaskedSink {
  readonly finders: readonly Finder[]
  /** @returns the time of a row that comes now */
  now(): number
  /** Whether so many more bytes may wait. */
  mayHold(bytes: number): boolean
  /** So many more wait, or fewer below 0. */
  held(bytes: number): void
  /** A rule threw. */
  maskFailed(error: HandlerError): void
}

/** What a connection does with a row that has no secrets any more, or is not logged. */
export interface RowOutlet {
  write(track: Track, flags: number, bytes: Uint8Array, time: number): void
  lose(track: Track, bytes: number): void
  /** Nothing of its bytes is logged from now on. */
  stopped(why: string): void
}

/** Rows are looked at in pieces of so many bytes, so that little waits. */
const piece = 64 * 1024

/** The rows of a connection on their way through the masks. What fails there stops them: nothing may leak. */
export class MaskedRows {
  readonly #sink: MaskedSink
  readonly #outlet: RowOutlet
  readonly #held: HeldRows<Track, number>
  /** Bytes that the log counts as waiting here. */
  #counted = 0
  #isStopped = false

  constructor(sink: MaskedSink, outlet: RowOutlet) {
    this.#sink = sink
    this.#outlet = outlet
    this.#held = new HeldRows(sink.finders, (row) => {
      outlet.write(row.track, row.flags, row.bytes, row.tag)
    })
  }

  addEvent(track: Track, bytes: Buffer, time: number = this.#sink.now()): void {
    this.#held.addEvent(track, bytes, time)
    this.#count()
  }

  add(track: Track, flags: number, bytes: Uint8Array, time: number = this.#sink.now()): void {
    for (let at = 0; at < bytes.length; at += piece) {
      const part = bytes.subarray(at, at + piece)
      if (!this.#isStopped && !this.#sink.mayHold(part.length)) {
        this.stop('too much waits for the bytes that follow it')
      }
      if (this.#isStopped) this.#outlet.lose(track, part.length)
      else this.#push(track, flags, part, time)
    }
    this.#count()
  }

  /** The connection has closed: no more can come that would make a secret of what waits. */
  end(): void {
    this.#attempt(() => {
      this.#held.end('cut')
      return true
    })
    this.#count()
  }

  /** What waits may be a part of a secret, and the rest of it will not be seen. */
  drop(): void {
    for (const { track, bytes, tag: time, flags } of this.#held.drop()) {
      if (track.kind === kindNumbers.event) this.#outlet.write(track, flags, bytes, time)
      else this.#outlet.lose(track, bytes.length)
    }
    this.#count()
  }

  /** What comes from now on is not logged. */
  stop(why: string): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.drop()
    this.#outlet.stopped(why)
  }

  #push(track: Track, flags: number, bytes: Uint8Array, time: number): void {
    const isKnown = this.#attempt(() => this.#held.add(track, flags, bytes, time))
    if (!isKnown) this.stop('a secret is longer than its rule says')
  }

  #attempt(work: () => boolean): boolean {
    try {
      return work()
    } catch (cause) {
      const text = `a mask failed, and its connection is not logged any more: ${textOf(cause)}`
      this.#sink.maskFailed(
        new HandlerError('HAWSER_HANDLER_FAILED', text, { op: 'handle', cause }),
      )
      this.stop('a mask failed')
      return true
    }
  }

  #count(): void {
    const { size } = this.#held
    this.#sink.held(size - this.#counted)
    this.#counted = size
  }
}
