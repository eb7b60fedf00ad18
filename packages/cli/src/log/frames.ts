import { byteOperations } from 'hawser'
import type { LogRow } from 'hawser/log'
import { FrameReader } from 'hawser/testing'
import type { WireFraming } from '../wire/load-framing.js'
import type { ShownRow } from './render-row.js'

/** One direction of a connection. */
interface Direction {
  readonly reader: FrameReader<Uint8Array>
  /** Where its next byte is. */
  position: number
}

/** Cuts the rows of a log into messages: what it is given of one row is what ends in it. */
export class Frames {
  readonly #framing: WireFraming
  readonly #directions = new Map<string, Direction>()

  constructor(framing: WireFraming) {
    this.#framing = framing
  }

  /** The messages that end in a row; the row itself if it has none or cannot be read. */
  cut(row: LogRow): ShownRow[] {
    if (row.event?.event === 'close') this.#forget(row)
    if (row.kind !== 'in' && row.kind !== 'out') return [row]
    const direction = this.#directionOf(row)
    const messages: ShownRow[] = []
    try {
      direction.reader.feed(row.data, true, 0, (message) => {
        // Some are views of bytes that are read into again.
        messages.push({ ...row, data: Uint8Array.from(message) })
        return true
      })
    } catch (error) {
      this.#directions.delete(nameOf(row))
      const text = error instanceof Error ? error.message : 'these bytes do not follow the framing'
      const note = { ...row, kind: 'event', event: { event: 'framing', text } } as const
      return [...messages, note, row]
    }
    return messages
  }

  /** Where bytes are missing it begins anew. */
  #directionOf(row: LogRow): Direction {
    const name = nameOf(row)
    const known = this.#directions.get(name)
    const isNext = known?.position === row.position
    const reader = new FrameReader(this.#framing, byteOperations)
    const direction = known !== undefined && isNext ? known : { reader, position: 0 }
    direction.position = (row.position + row.data.length) >>> 0
    this.#directions.set(name, direction)
    return direction
  }

  #forget({ connection }: LogRow): void {
    for (const kind of ['in', 'out']) this.#directions.delete(`${connection} ${kind}`)
  }
}

function nameOf({ connection, kind }: LogRow): string {
  return `${connection} ${kind}`
}
