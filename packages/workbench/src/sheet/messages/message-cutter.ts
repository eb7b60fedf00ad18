import { byteOperations, type Framing } from 'hawser'
import type { LogRow } from 'hawser/log'
import { FrameReader } from 'hawser/testing'
import type { MessagePlace } from './message-index.js'

export type AnyFraming = Framing<Uint8Array, Uint8Array>

/** The framing of a session; undefined for one whose rows are shown as they are. */
export type FramingOf = (session: number) => Promise<AnyFraming | undefined>

/** One direction of a connection. */
interface Direction {
  readonly reader: FrameReader<Uint8Array>
  /** Where its next byte is. */
  position: number
}

/** Finds the messages in the rows of a log, by the framing of the session that each connection is of. */
export class MessageCutter {
  readonly #framingOf: FramingOf
  /** By session: they are loaded once. */
  readonly #framings = new Map<number, AnyFraming | undefined>()
  readonly #sessions = new Map<number, number>()
  readonly #directions = new Map<number, Direction>()

  constructor(framingOf: FramingOf) {
    this.#framingOf = framingOf
  }

  framingFor(connection: number): AnyFraming | undefined {
    return this.#framings.get(this.#sessions.get(connection) ?? 0)
  }

  /** The messages that end in a row; the row itself if it has none to be. Rows are passed in their order. */
  async cut(row: LogRow): Promise<MessagePlace[]> {
    const whole = { row: row.number, end: row.data.length, size: 0 }
    if (row.kind !== 'in' && row.kind !== 'out') {
      if (row.event?.event === 'open') await this.#begin(row.connection, row.event['session'])
      if (row.event?.event === 'close') this.#forget(row.connection)
      return [whole]
    }
    const framing = this.framingFor(row.connection)
    return framing === undefined ? [whole] : this.#cutBytes(row, framing, whole)
  }

  #cutBytes(row: LogRow, framing: AnyFraming, whole: MessagePlace): MessagePlace[] {
    const { reader } = this.#directionOf(row, framing)
    const found: MessagePlace[] = []
    const before = reader.undecoded
    let begin = 0
    try {
      reader.feed(row.data, true, 0, (_, end) => {
        // A look at what is there takes no bytes, and is no message.
        if (end > begin) found.push({ row: row.number, end: end - before, size: end - begin })
        begin = end
        return true
      })
      return found
    } catch {
      // What does not follow the framing is shown as it came, and it begins anew behind it.
      this.#directions.delete(directionOf(row))
      return [...found, whole]
    }
  }

  async #begin(connection: number, session: unknown): Promise<void> {
    this.#forget(connection)
    if (typeof session !== 'number') {
      this.#sessions.delete(connection)
      return
    }
    this.#sessions.set(connection, session)
    if (!this.#framings.has(session)) {
      this.#framings.set(session, await this.#framingOf(session).catch(() => undefined))
    }
  }

  /** Where bytes are missing it begins anew. */
  #directionOf(row: LogRow, framing: AnyFraming): Direction {
    const known = this.#directions.get(directionOf(row))
    const direction =
      known?.position === row.position
        ? known
        : { reader: new FrameReader<Uint8Array>(framing, byteOperations), position: 0 }
    direction.position = (row.position + row.data.length) >>> 0
    this.#directions.set(directionOf(row), direction)
    return direction
  }

  #forget(connection: number): void {
    this.#directions.delete(connection * 2)
    this.#directions.delete(connection * 2 + 1)
  }
}

function directionOf({ connection, kind }: LogRow): number {
  return connection * 2 + (kind === 'in' ? 0 : 1)
}
