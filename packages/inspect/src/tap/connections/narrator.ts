import type { Connection } from './connection.js'
import type { Recorder } from './recorder.js'
import type { Registry } from './registry.js'
import { addressesOf, securityOf, type Watched } from './watched.js'

/** How often it is asked whether a connection that begins has got so far, in ms. */
const lookAgain = 100

/** Says what there is to say of connections: opened, connected, secure, lost, closed. */
export class Narrator {
  readonly #waiting = new Set<Connection>()
  /** Closed, and there was no room to say it. */
  readonly #owed = new Set<Connection>()
  #count = 0
  /** Connections that opened and closed while there was no room for them. */
  #missed = { connections: 0, in: 0, out: 0 }

  readonly #recorder: Recorder
  readonly #registry: Registry

  constructor(recorder: Recorder, registry: Registry) {
    this.#recorder = recorder
    this.#registry = registry
  }

  /** A connection was met: it is said before its first row, or soon. */
  add(connection: Connection): void {
    if (!connection.isClosed) this.#waiting.add(connection)
  }

  /** @returns whether all that has to come before a row of the connection's is said */
  prepare(connection: Connection): boolean {
    if (!connection.isDue) return true
    if (this.#recorder.isFull) return false
    if (!this.#open(connection)) return false
    if (!this.#sayStanding(connection) || !this.#sayLost(connection)) return false
    connection.isDue = !connection.isConnected || isGettingSecure(connection)
    return true
  }

  /** A connection closed. @param close the event */
  close(connection: Connection, close: object): void {
    this.#waiting.delete(connection)
    connection.close = close
    if (!this.#sayClose(connection)) this.#owe(connection)
  }

  /** Says what was waiting. @returns milliseconds until it wants to be asked again */
  settle(): number {
    this.#sayMissed()
    for (const connection of this.#owed) {
      if (!this.#sayClose(connection)) return lookAgain
      this.#owed.delete(connection)
    }
    for (const connection of this.#waiting) {
      if (connection.role === undefined && this.#registry.settle(connection) === null) {
        this.#waiting.delete(connection)
        continue
      }
      if (!this.prepare(connection)) return lookAgain
      if (connection.isTaken) this.sayUnseen(connection)
      if (connection.isConnected && !connection.isDue) this.#waiting.delete(connection)
    }
    return this.#waiting.size > 0 ? lookAgain : Infinity
  }

  /** Says once that a connection's bytes cannot be shown. */
  sayUnseen(connection: Connection): void {
    if (connection.isUnseenSaid) return
    const why = connection.isTaken ? 'http2' : 'native'
    connection.isUnseenSaid = this.#recorder.event(connection.id, { event: 'unseen', why })
  }

  #open(connection: Connection): boolean {
    if (connection.id !== 0) return true
    const { role, target } = connection
    // What came since it was met is lost: there can be no row of it yet.
    const before = connection.in - connection.lostIn
    const out = connection.out - connection.lostOut
    const socket = connection.owner as Watched
    const event = {
      event: 'open',
      role,
      ...(role === 'connect' ? describe(connection) : addressesOf(socket)),
      ...(target?.path !== undefined && { path: target.path }),
      ...((before > 0 || out > 0) && role !== 'connect' && { in: before, out }),
    }
    const id = this.#count + 1
    if (!this.#recorder.event(id, event)) return false
    this.#count = id
    connection.id = id
    connection.isConnected = role !== 'connect'
    return true
  }

  #sayStanding(connection: Connection): boolean {
    const socket = connection.owner as Watched
    if (!connection.isConnected && !socket.connecting && socket._handle !== null) {
      connection.isConnected = this.#recorder.event(connection.id, {
        event: 'connected',
        ...addressesOf(socket),
      })
      if (!connection.isConnected) return false
    }
    if (connection.flags === 0 || connection.isSecureSaid) return true
    const security = securityOf(socket)
    if (security === undefined) return true
    connection.isSecureSaid = this.#recorder.event(connection.id, { event: 'tls', ...security })
    return connection.isSecureSaid
  }

  #sayLost(connection: Connection): boolean {
    const { lostIn, lostOut, lostRows } = connection
    if (lostRows === 0) return true
    if (!this.#recorder.lost(connection.id, lostIn, lostOut, lostRows)) return false
    connection.lostIn = 0
    connection.lostOut = 0
    connection.lostRows = 0
    return true
  }

  #sayClose(connection: Connection): boolean {
    if (connection.close === undefined) return true
    if (!this.#open(connection) || !this.#sayLost(connection)) return false
    return this.#recorder.event(connection.id, connection.close)
  }

  /** One that was announced is kept, as its socket was; of one that was not, the numbers. */
  #owe(connection: Connection): void {
    if (connection.id !== 0) {
      this.#owed.add(connection)
      return
    }
    this.#missed.connections += 1
    this.#missed.in += connection.in
    this.#missed.out += connection.out
  }

  #sayMissed(): void {
    if (this.#missed.connections === 0) return
    if (!this.#recorder.missed({ event: 'lost', ...this.#missed })) return
    this.#missed = { connections: 0, in: 0, out: 0 }
  }
}

function describe({ target }: Connection): { host?: string; remote?: string } {
  const { host, port } = target ?? {}
  if (port === undefined) return {}
  return { host: `${host ?? 'localhost'}:${port}` }
}

function isGettingSecure({ flags, isSecureSaid }: Connection): boolean {
  return flags !== 0 && !isSecureSaid
}
