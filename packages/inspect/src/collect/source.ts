import { flags } from '../wire/layout.js'
import { type Block, malformed, type Row } from './block.js'
import { type Fields, parseEvent, someOf, textOf } from './fields.js'
import type { InspectionHandler } from './handler.js'
import type { Register } from './register.js'
import { SeenConnection } from './seen-connection.js'
import { readThread, type SeenThread } from './thread.js'

/** One thread of a watched program: what comes over its connection to the inspector, put together. */
export class Source {
  readonly #register: Register
  readonly #handler: InspectionHandler
  readonly #connections = new Map<number, SeenConnection>()
  #thread: SeenThread | undefined
  #nextRow = 0
  /** The highest number that a connection of it had. */
  #highest = 0

  constructor(register: Register, handler: InspectionHandler) {
    this.#register = register
    this.#handler = handler
  }

  /** Undefined until it has said who it is. */
  get thread(): SeenThread | undefined {
    return this.#thread
  }

  /** @throws FramingError for what does not follow from what came before */
  take({ firstRow, rows }: Block): void {
    // A gap is what the thread itself lost, and says of each connection.
    if (firstRow < this.#nextRow)
      throw malformed(`row ${firstRow} comes behind row ${this.#nextRow}`)
    this.#nextRow = firstRow + rows.length
    for (const row of rows) this.#takeRow(row)
  }

  /** Nothing follows: what is open has no other end. */
  end(): void {
    const time = Date.now()
    for (const connection of this.#connections.values()) {
      this.#handler.close(connection, { by: 'local', reason: 'gone', counted: undefined }, time)
    }
    this.#register.closed(this.#connections.size)
    this.#connections.clear()
    if (this.#thread !== undefined) this.#handler.threadEnded(this.#thread)
  }

  #takeRow(row: Row): void {
    if (this.#thread === undefined) {
      if (row.kind !== 'event') throw malformed('a thread begins with the event thread')
      this.#thread = readThread(this.#register.nextThread(), parseEvent(row.data))
      this.#handler.thread(this.#thread, row.time)
    } else if (row.kind === 'in' || row.kind === 'out') this.#takeBytes(row, row.kind)
    else if (row.connection !== 0) this.#takeEvent(row, this.#thread)
    else this.#takeMissed(parseEvent(row.data), this.#thread)
  }

  #takeBytes(
    { connection: number, data: bytes, flags: bits, time }: Row,
    direction: 'in' | 'out',
  ): void {
    const connection = this.#find(number)
    if (connection === undefined || bytes.length === 0) return
    connection.captured[direction] += bytes.length
    const isTls = (bits & flags.tls) !== 0
    this.#handler.bytes(connection, { direction, bytes, isTls }, time)
  }

  #takeEvent({ connection: number, data, time }: Row, thread: SeenThread): void {
    const fields = parseEvent(data)
    if (fields.event === 'open') {
      this.#open(number, thread, fields, time)
      return
    }
    const connection = this.#find(number)
    if (connection === undefined) return
    switch (fields.event) {
      case 'connected':
        connection.connected(fields)
        this.#handler.event(connection, { event: 'connected' }, time)
        break
      case 'tls':
        connection.secured(fields)
        this.#handler.event(connection, { event: 'tls' }, time)
        break
      case 'end-in':
      case 'end-out': {
        const direction = fields.event === 'end-in' ? 'in' : 'out'
        connection.ended(direction)
        this.#handler.event(connection, { event: 'end', direction }, time)
        break
      }
      case 'lost':
        this.#handler.event(connection, { event: 'lost', missed: connection.missed(fields) }, time)
        break
      case 'unseen':
        connection.unseen = textOf(fields['why']) ?? 'unknown'
        this.#handler.event(connection, { event: 'unseen' }, time)
        break
      case 'close': {
        const close = connection.close(fields)
        this.#connections.delete(number)
        this.#register.closed(1)
        this.#handler.close(connection, close, time)
        break
      }
      default:
      // Of a later version.
    }
  }

  #takeMissed(fields: Fields, thread: SeenThread): void {
    if (fields['event'] !== 'lost') return
    const connections = someOf('connections', fields['connections'])
    const [lostIn, lostOut] = [someOf('in', fields['in']), someOf('out', fields['out'])]
    this.#handler.missed(thread, { connections, in: lostIn, out: lostOut })
  }

  #open(number: number, thread: SeenThread, fields: Fields, time: number): void {
    if (number <= this.#highest) throw malformed(`connection ${number} is opened twice`)
    this.#highest = number
    const id = this.#register.open()
    if (id === undefined) return
    const connection = new SeenConnection(id, thread, fields)
    this.#connections.set(number, connection)
    this.#handler.open(connection, time)
  }

  /** @returns undefined for one that has closed, and for one too many */
  #find(number: number): SeenConnection | undefined {
    if (number > this.#highest) throw malformed(`connection ${number} was never opened`)
    return this.#connections.get(number)
  }
}
