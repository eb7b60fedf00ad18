import type { Connection, Target } from './connection.js'
import type { Narrator } from './narrator.js'
import type { Recorder } from './recorder.js'
import type { Registry } from './registry.js'
import { read } from './stamp.js'
import { lengthOf } from './text.js'
import { reasonOf } from './reason.js'
import type { Handle, Watched } from './watched.js'

/** A piece of a write: bytes, or text with its encoding. */
export interface Piece {
  readonly chunk: unknown
  readonly encoding: string
}

/** A parser that reads from the handle by itself. */
export interface Parsing {
  getCurrentBuffer(): Uint8Array
}

/** What the hooks call. Once the inspector is gone nothing here does anything. */
export class Observer {
  #isOn = true

  readonly #registry: Registry
  readonly #narrator: Narrator
  readonly #recorder: Recorder

  constructor(registry: Registry, narrator: Narrator, recorder: Recorder) {
    this.#registry = registry
    this.#narrator = narrator
    this.#recorder = recorder
  }

  off(): void {
    this.#isOn = false
  }

  made(socket: Watched): void {
    if (this.#isOn) this.#registry.made(socket)
  }

  readsInto(socket: Watched): void {
    if (this.#isOn) this.#registry.readsInto(socket)
  }

  /** TLS has agreed on its keys: on which is said soon. */
  secured(socket: Watched): void {
    const connection = this.#isOn ? read(socket) : undefined
    if (connection) this.#narrator.add(connection)
  }

  connects(socket: Watched, target: Target): void {
    if (this.#isOn) this.#registry.connects(socket, target)
  }

  /** Native code takes a socket over, and it is not the parser of HTTP. */
  taken(socket: Watched): void {
    const connection = this.#isOn ? this.#registry.of(socket) : null
    if (connection === null) return
    connection.isTaken = true
    this.#narrator.add(connection)
  }

  /** Bytes that were read, and counted by the handle. */
  bytesIn(socket: Watched, bytes: Uint8Array): void {
    if (!this.#isOn) return
    const connection = this.#registry.of(socket, bytes.length)
    if (connection !== null) this.#takeIn(connection, bytes)
  }

  /**
   * A parser is at bytes that it reads from the handle by itself.
   *
   * @param parser returns the bytes that it is at
   */
  parsing(socket: Watched, handle: Handle, parser: Parsing): void {
    if (!this.#isOn) return
    const connection = this.#registry.of(socket)
    if (connection === null || connection.owner !== socket) return
    const total = connection.baseIn + (handle.bytesRead ?? 0)
    if (total <= connection.in) return
    const bytes = parser.getCurrentBuffer()
    const missed = total - connection.in - bytes.length
    if (missed > 0) this.#recorder.loseIn(connection, missed)
    this.#takeIn(connection, bytes)
  }

  piecesOut(socket: Watched, pieces: readonly Piece[]): void {
    for (let at = 0; at < pieces.length; at++) {
      const { chunk, encoding } = pieces[at] as Piece
      this.bytesOut(socket, chunk, encoding)
    }
  }

  bytesOut(socket: Watched, chunk: unknown, encoding: string): void {
    if (!this.#isOn) return
    const connection = this.#registry.of(socket)
    if (connection === null) return
    const isText = typeof chunk === 'string'
    if (!this.#narrator.prepare(connection)) {
      const length = isText ? lengthOf(chunk, encoding) : (chunk as Uint8Array).length
      this.#recorder.loseOut(connection, length)
    } else if (isText) this.#recorder.outText(connection, chunk, encoding)
    else this.#recorder.out(connection, chunk as Uint8Array)
  }

  endIn(socket: Watched): void {
    const connection = this.#isOn ? read(socket) : undefined
    if (!connection || connection.isEnded || connection.role === undefined) return
    connection.isEnded = true
    if (this.#narrator.prepare(connection)) this.#recorder.event(connection.id, { event: 'end-in' })
  }

  endOut(socket: Watched): void {
    const connection = this.#isOn ? read(socket) : undefined
    if (!connection || connection.owner !== socket || connection.role === undefined) return
    if (this.#narrator.prepare(connection))
      this.#recorder.event(connection.id, { event: 'end-out' })
  }

  closes(socket: Watched, error: unknown): void {
    if (!this.#isOn) return
    const connection = this.#registry.of(socket)
    if (connection === null || connection.isClosed) return
    connection.error = reasonOf(error) ?? connection.error
    // TLS on top of it closes right after.
    if (connection.owner !== socket) return
    connection.isClosed = true
    this.#sayClosed(connection, socket)
  }

  #sayClosed(connection: Connection, socket: Watched): void {
    const { _handle: handle, resetAndClosing } = socket
    const bytesRead = connection.baseIn + (handle?.bytesRead ?? 0)
    const bytesWritten = connection.baseOut + (handle?.bytesWritten ?? 0)
    const isWhole = bytesRead === connection.in && bytesWritten === connection.out
    if (handle !== null && !isWhole && this.#narrator.prepare(connection)) {
      this.#narrator.sayUnseen(connection)
    }
    this.#narrator.close(connection, {
      event: 'close',
      error: connection.error,
      ...(resetAndClosing === true && { reset: true }),
      bytesRead: handle === null ? connection.in : bytesRead,
      bytesWritten: handle === null ? connection.out : bytesWritten,
    })
  }

  #takeIn(connection: Connection, bytes: Uint8Array): void {
    if (this.#narrator.prepare(connection)) this.#recorder.in(connection, bytes)
    else this.#recorder.loseIn(connection, bytes.length)
  }
}
