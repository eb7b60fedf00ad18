import type { HandlerError, LogError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import { report } from '../../report.js'
import type { Finder } from '../mask/mask-rule.js'
import { largestWord } from '../format/layout.js'
import type { LogEvent } from '../format/events.js'
import { Conversation, type RowSink } from './conversation.js'
import { flushAtExit } from './exit-flush.js'
import { writeFailure } from '../files/log-errors.js'
import { LogTime } from './log-time.js'
import type { LogPlace } from './log-place.js'
import { RowWriter } from './row-writer.js'
import type { MaskedSink } from './masked-rows.js'
import type { SegmentFile } from './segment-file.js'
import type {
  LogInfo,
  LoggedConnection,
  LoggedEnds,
  OpenDetails,
  SeenElsewhere,
  SessionLog,
} from './session-log.js'
import type { Track } from './track.js'

/**
 * As many connections say for themselves what they lost; what others lose while a disk hangs is said of
 * connection 0.
 */
const mostLosing = 10_000

/** The number of a source has 16 bits. */
const mostSources = 0xffff

/** What a log is made of. */
export interface LogSetup {
  readonly file: string
  readonly files: SegmentFile
  readonly place: LogPlace
  /** The time of its last row; 0 if it has none. */
  readonly lastTime: number
  readonly clock: Clock
  readonly sync: boolean
  readonly memory: number
  readonly finders: readonly Finder[]
  readonly rotate: number
  readonly keep: number
  readonly onError: (error: LogError | HandlerError) => void
  readonly unlock: () => void
}

/** A log that is written to. */
export class WritingLog implements SessionLog, RowSink, MaskedSink {
  readonly #setup: LogSetup
  readonly #rows: RowWriter
  readonly #own: Conversation
  readonly #losing = new Set<Conversation>()
  /** The connections whose rows may be held back. */
  readonly #masked = new Set<Conversation>()
  readonly finders: readonly Finder[]
  readonly masks: MaskedSink | undefined
  readonly #endExit: () => void
  #heldBytes = 0
  #hasMaskFailed = false
  #lastConnection: number
  #lastSource = 0
  #lostRows = 0
  #lostBytes = 0
  #error: LogError | undefined
  #closing: Promise<void> | undefined

  constructor(setup: LogSetup) {
    const { files, place, clock, sync, memory, rotate } = setup
    this.#setup = setup
    this.#lastConnection = place.connections
    this.finders = setup.finders
    this.masks = setup.finders.length > 0 ? this : undefined
    this.#own = new Conversation(this, 0, 0)
    this.#rows = new RowWriter(files, place, {
      clock,
      time: new LogTime(clock, setup.lastTime),
      sync,
      memory,
      rotate,
      onRoom: () => this.#recover(),
      onFailure: (cause) => this.#stop(cause),
    })
    // Behind the rows, which are written first.
    this.#endExit = flushAtExit(setup.unlock)
  }

  open(
    ends: LoggedEnds = {},
    details: OpenDetails = {},
    { source = 0, time }: SeenElsewhere = {},
  ): LoggedConnection {
    const last = this.#lastConnection
    const conversation = new Conversation(this, last >= largestWord ? 1 : last + 1, source)
    this.#lastConnection = conversation.id
    if (this.masks !== undefined) this.#masked.add(conversation)
    const { localAddress, localPort, remoteAddress, remotePort } = ends
    const places = { localAddress, localPort, remoteAddress, remotePort }
    const opened = { event: 'open', ...places, ...details }
    conversation.open(opened, this.#setup.keep < Infinity, time)
    return conversation
  }

  event(event: LogEvent, time?: number): void {
    this.#own.event(event, time)
  }

  source(details: OpenDetails = {}, time?: number): number {
    const source = this.#lastSource >= mostSources ? 0 : ++this.#lastSource
    this.#own.event({ event: 'source', source, ...details }, time)
    return source
  }

  flush(): Promise<void> {
    return this.#rows.flush()
  }

  info(): LogInfo {
    return {
      file: this.#setup.file,
      rows: this.#rows.rows,
      bytesWritten: this.#rows.written,
      memory: this.#rows.memory + this.#heldBytes,
      lostRows: this.#lostRows,
      lostBytes: this.#lostBytes,
      isMasked: this.#setup.finders.length > 0,
      error: this.#error,
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get segment(): number {
    return this.#rows.segment
  }

  /** For its connections. */
  append(track: Track, flags: number, bytes: Uint8Array, time?: number): boolean {
    return this.#rows.append(track, flags, bytes, time)
  }

  closed(conversation: Conversation): void {
    this.#masked.delete(conversation)
  }

  now(): number {
    return this.#rows.now()
  }

  mayHold(bytes: number): boolean {
    return this.#heldBytes + bytes <= this.#setup.memory
  }

  held(bytes: number): void {
    this.#heldBytes += bytes
  }

  /** Masks are the same for all connections: the first failure says it. */
  maskFailed(error: HandlerError): void {
    if (this.#hasMaskFailed) return
    this.#hasMaskFailed = true
    report(() => this.#setup.onError(error))
  }

  losing(conversation: Conversation, bytes: number): Conversation {
    if (this.#closing !== undefined) return conversation
    this.#lostRows++
    this.#lostBytes += bytes
    if (this.#error !== undefined) return conversation
    const isKept = this.#losing.size < mostLosing || this.#losing.has(conversation)
    const keeper = isKept ? conversation : this.#own
    this.#losing.add(keeper)
    return keeper
  }

  async #close(): Promise<void> {
    for (const conversation of this.#masked) conversation.leave()
    this.#masked.clear()
    await this.#rows.flush()
    this.#recover()
    await this.#rows.close()
    this.#endExit()
    this.#setup.unlock()
  }

  /** What was lost is said, even by connections that log nothing any more. */
  #recover(): void {
    for (const conversation of this.#losing) {
      if (!conversation.recover()) return
      this.#losing.delete(conversation)
    }
  }

  #stop(cause: unknown): void {
    const error = writeFailure(this.#setup.file, this.#rows.written, cause)
    this.#error = error
    this.#losing.clear()
    report(() => this.#setup.onError(error))
  }
}
