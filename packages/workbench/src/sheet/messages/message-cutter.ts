import { byteOperations, type Framing } from 'hawser'
import type { LogEvent, LogRow } from 'hawser/log'
import { FrameReader } from 'hawser/testing'
import type { MessagePlace } from './message-index.js'

export type AnyFraming = Framing<Uint8Array, Uint8Array>

/**
 * The framing of a connection, by the event with which it opened, and the session that this says; undefined for one
 * whose rows are shown as they are.
 * It is asked for each connection: a session may have been started again with another framing.
 */
export type FramingOf = (
  session: number | undefined,
  opened: LogEvent,
) => Promise<AnyFraming | undefined>

/** Bytes that wait for the rest of their message, and directions that are known: of more, the oldest is given up. */
const mostWaiting = 64 * 1024 * 1024
const mostDirections = 200_000
/** Connections whose framing is known: what those before had is shown with its delimiters and lengths. */
const mostConnections = 1_000_000
/** Many are given up together: to find the oldest one takes long. */
const kept = 15 / 16

/** One direction of a connection. */
interface Direction {
  readonly reader: FrameReader<Uint8Array>
  /** Where its next byte is. */
  position: number
  /** The number of its last row. */
  row: number
  /** Bytes of it that are counted as waiting. */
  waiting: number
}

/** Finds the messages in the rows of a log, by the framing of the session that each connection is of. */
export class MessageCutter {
  readonly #framingOf: FramingOf
  /** By connection. */
  readonly #framings = new Map<number, AnyFraming>()
  /** The one that has said nothing for the longest time is the first. */
  readonly #directions = new Map<number, Direction>()
  #waiting = 0

  constructor(framingOf: FramingOf) {
    this.#framingOf = framingOf
  }

  framingFor(connection: number): AnyFraming | undefined {
    return this.#framings.get(connection)
  }

  /** The messages that end in a row; the row itself if it has none to be. Rows are passed in their order. */
  async cut(row: LogRow): Promise<MessagePlace[]> {
    const { kind, connection, event, number } = row
    if (kind !== 'in' && kind !== 'out') {
      const rests = event?.event === 'close' ? this.#restsOf(connection, number) : []
      const isLate = event?.event === 'continues' && !this.#framings.has(connection)
      if (event?.event === 'open' || isLate) await this.#begin(connection, event)
      return [...rests, asItIs(row)]
    }
    const framing = this.framingFor(connection)
    return framing === undefined ? [asItIs(row)] : this.#cutBytes(row, framing)
  }

  #cutBytes(row: LogRow, framing: AnyFraming): MessagePlace[] {
    const { number, data } = row
    const found = this.#isBehindGap(row) ? this.#restOf(directionOf(row), number) : []
    const direction = this.#directionOf(row, framing)
    const { reader } = direction
    const before = reader.undecoded
    let begin = 0
    try {
      reader.feed(data, true, 0, (_, end) => {
        // A look at what is there takes no bytes, and is no message.
        if (end > begin) {
          found.push({ is: 'message', row: number, end: end - before, size: end - begin })
        }
        begin = end
        return true
      })
    } catch {
      // What does not follow the framing is shown as it came, and it begins anew behind it.
      this.#forget(directionOf(row))
      const size = before + data.length - begin
      found.push({ is: 'broken', row: number, end: data.length, size })
      return found
    }
    this.#waiting += reader.undecoded - direction.waiting
    direction.waiting = reader.undecoded
    return [...found, ...this.#giveUp(number)]
  }

  /** Where very much waits: in the log of a stranger, or of very many connections. */
  #giveUp(row: number): MessagePlace[] {
    const given: MessagePlace[] = []
    if (this.#waiting <= mostWaiting && this.#directions.size <= mostDirections) return given
    for (const direction of this.#directions.keys()) {
      given.push(...this.#restOf(direction, row))
      const isFull =
        this.#waiting > mostWaiting * kept || this.#directions.size > mostDirections * kept
      if (!isFull) break
    }
    return given
  }

  #forget(direction: number): Direction | undefined {
    const known = this.#directions.get(direction)
    this.#directions.delete(direction)
    this.#waiting -= known?.waiting ?? 0
    return known
  }

  async #begin(connection: number, opened: LogEvent): Promise<void> {
    this.#framings.delete(connection)
    this.#forget(connection * 2)
    this.#forget(connection * 2 + 1)
    const { session } = opened
    const known = typeof session === 'number' ? session : undefined
    const framing = await this.#framingOf(known, opened).catch(() => undefined)
    if (framing === undefined) return
    this.#framings.set(connection, framing)
    if (this.#framings.size <= mostConnections) return
    for (const oldest of this.#framings.keys()) {
      this.#framings.delete(oldest)
      if (this.#framings.size <= mostConnections * kept) return
    }
  }

  /** Where bytes are missing it begins anew. */
  #directionOf(row: LogRow, framing: AnyFraming): Direction {
    const known = this.#directions.get(directionOf(row))
    const isNext = known?.position === row.position
    if (isNext) this.#directions.delete(directionOf(row))
    else this.#forget(directionOf(row))
    const direction = isNext ? known : createDirection(framing)
    direction.position = (row.position + row.data.length) >>> 0
    direction.row = row.number
    this.#directions.set(directionOf(row), direction)
    return direction
  }

  #isBehindGap(row: LogRow): boolean {
    const known = this.#directions.get(directionOf(row))
    return known !== undefined && known.position !== row.position
  }

  #restsOf(connection: number, row: number): MessagePlace[] {
    return [connection * 2, connection * 2 + 1].flatMap((direction) => this.#restOf(direction, row))
  }

  /** What of a direction never became a message, once no more of it comes. */
  #restOf(direction: number, row: number): MessagePlace[] {
    const over = this.#forget(direction)
    const size = over?.reader.undecoded ?? 0
    return over === undefined || size === 0 ? [] : [{ is: 'rest', row, end: row - over.row, size }]
  }
}

function createDirection(framing: AnyFraming): Direction {
  const reader = new FrameReader<Uint8Array>(framing, byteOperations)
  return { reader, position: 0, row: 0, waiting: 0 }
}

function asItIs({ number, data }: LogRow): MessagePlace {
  return { is: 'row', row: number, end: data.length, size: 0 }
}

function directionOf({ connection, kind }: LogRow): number {
  return connection * 2 + (kind === 'in' ? 0 : 1)
}
