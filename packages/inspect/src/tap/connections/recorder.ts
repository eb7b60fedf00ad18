import { kinds, mostData } from '../../wire/layout.js'
import { copyBytes, natives, now, viewBytes, writeText } from '../natives.js'
import type { Pump } from '../send/pump.js'
import type { Connection } from './connection.js'
import { findDirect, lengthOf, toBytes } from './text.js'

/** Text up to this length is written where it is kept; longer text is made into bytes first. */
const mostDirect = 4_096

/** Puts what happens on connections into the ring, and counts what found no room there. */
export class Recorder {
  readonly #pump: Pump
  readonly #onLost: (connection: Connection) => void

  /** @param onLost called with a connection that has lost something, which is to be said */
  constructor(pump: Pump, onLost: (connection: Connection) => void) {
    this.#pump = pump
    this.#onLost = onLost
  }

  /** Whether nothing finds room now. */
  get isFull(): boolean {
    return this.#pump.ring.isFull
  }

  in(connection: Connection, bytes: Uint8Array): void {
    const at = connection.in
    connection.in += bytes.length
    const kept = this.#put(connection, kinds.in, bytes, at)
    if (kept < bytes.length) this.lose(connection, bytes.length - kept, 0)
  }

  out(connection: Connection, bytes: Uint8Array): void {
    const at = connection.out
    connection.out += bytes.length
    const kept = this.#put(connection, kinds.out, bytes, at)
    if (kept < bytes.length) this.lose(connection, 0, bytes.length - kept)
  }

  outText(connection: Connection, text: string, encoding: string): void {
    const direct = text.length <= mostDirect ? findDirect(encoding) : undefined
    const block = direct && this.#pump.ring.reserve(text.length * 3)
    if (direct === undefined) {
      this.out(connection, toBytes(text, encoding))
      return
    }
    if (block === undefined) {
      this.loseOut(connection, lengthOf(text, encoding))
      return
    }
    const length = writeText(block.data, text, block.used, direct)
    if (length === 0) return
    const time = now()
    block.add(time, connection.id, kinds.out, length, connection.out, connection.flags)
    connection.out += length
    this.#pump.ring.count()
    this.#pump.poke(time)
  }

  loseIn(connection: Connection, length: number): void {
    connection.in += length
    this.lose(connection, length, 0)
  }

  loseOut(connection: Connection, length: number): void {
    connection.out += length
    this.lose(connection, 0, length)
  }

  /** Bytes of a connection that the ring cannot take. */
  lose(connection: Connection, lostIn: number, lostOut: number): void {
    connection.lostIn += lostIn
    connection.lostOut += lostOut
    connection.lostRows += 1
    connection.isDue = true
    this.#onLost(connection)
    this.#pump.ring.skip()
  }

  /** @returns whether there was room */
  event(id: number, event: object): boolean {
    return !this.isFull && this.#say(id, kinds.event, natives.stringify(event))
  }

  /** Said often where the inspector cannot keep up. @returns whether there was room */
  lost(id: number, lostIn: number, lostOut: number, rows: number): boolean {
    const lost = `{"event":"lost","in":${lostIn},"out":${lostOut},"rows":${rows}}`
    return this.#say(id, kinds.lost, lost)
  }

  /** What was lost of connections that were never said. @returns whether there was room */
  missed(missed: object): boolean {
    return this.#say(0, kinds.lost, natives.stringify(missed))
  }

  #say(id: number, kind: number, text: string): boolean {
    const block = this.#pump.ring.reserve(text.length * 3)
    if (block === undefined) return false
    const time = now()
    const length = writeText(block.data, text, block.used, 'utf8')
    block.add(time, id, kind, length, 0, 0)
    this.#pump.ring.count()
    this.#pump.poke(time)
    return true
  }

  /** @returns how many of the bytes found room */
  #put(connection: Connection, kind: number, bytes: Uint8Array, position: number): number {
    const { length } = bytes
    for (let at = 0; at < length;) {
      const count = Math.min(length - at, mostData)
      const block = this.#pump.ring.reserve(count)
      if (block === undefined) return at
      const time = now()
      const part = count === length ? bytes : viewBytes(bytes, at, at + count)
      copyBytes(block.data, part, block.used)
      block.add(time, connection.id, kind, count, position + at, connection.flags)
      this.#pump.ring.count()
      this.#pump.poke(time)
      at += count
    }
    return length
  }
}
