import { flags } from '../../wire/layout.js'
import { Connection, type Role, type Target } from './connection.js'
import { read, write } from './stamp.js'
import { classOf, type Watched } from './watched.js'

/** Finds the connection that a socket is of. */
export class Registry {
  readonly #onMet: (connection: Connection) => void

  /** @param onMet called with each connection that is met, which may not be shown in the end */
  constructor(onMet: (connection: Connection) => void) {
    this.#onMet = onMet
  }

  /**
   * @returns the connection of a socket, or null where the socket is none: a terminal, a pipe of a child process, the
   *   tap's own
   * @param fresh bytes that its counter has, and that were not recorded yet
   */
  of(socket: Watched, fresh = 0): Connection | null {
    const known = read(socket)
    const connection = known === undefined ? this.#meet(socket, fresh) : known
    if (connection !== null && connection.role === undefined) return this.settle(connection)
    return connection
  }

  /** A socket got a handle: it was accepted, or was made of a handle or descriptor, or begins to connect. */
  made(socket: Watched): void {
    const known = read(socket)
    if (socket._handle === null || known === null) return
    if (known === undefined || known.isClosed) this.#meet(socket, 0)
  }

  /** A socket reads into a buffer of the program's, which those of child processes do not. */
  readsInto(socket: Watched): void {
    const connection = read(socket)
    if (connection) connection.role ??= 'accept'
  }

  /** The program connects a socket. */
  connects(socket: Watched, target: Target): void {
    const known = read(socket)
    if (known === null) return
    const connection = known === undefined || known.isClosed ? this.#begin(socket, 0) : known
    if (connection.id !== 0) return
    connection.role = 'connect'
    connection.target = target
  }

  /** A pipe is a connection only if a server accepted it: those of child processes look the same. */
  settle(connection: Connection): Connection | null {
    const socket = connection.owner as Watched
    connection.role = roleOf(socket)
    if (connection.role !== undefined) return connection
    write(socket, null)
    return null
  }

  #meet(socket: Watched, fresh: number): Connection | null {
    const { _handle: handle } = socket
    if (handle === null) return null
    const below = handle._parentWrap
    const connection = below === null || below === undefined ? null : this.of(below)
    if (connection !== null) return this.#secure(socket, connection, fresh)
    if (shown.has(classOf(handle))) return this.#begin(socket, fresh)
    write(socket, null)
    return null
  }

  #begin(socket: Watched, fresh: number): Connection {
    const connection = new Connection(socket)
    const { _handle: handle } = socket
    if (handle !== null) {
      connection.in = (handle.bytesRead ?? 0) - fresh
      connection.out = handle.bytesWritten ?? 0
      if (classOf(handle) === 'TLSWrap') connection.flags = flags.tls
    }
    write(socket, connection)
    this.#onMet(connection)
    return connection
  }

  /** TLS begins on a connection: its bytes are those of the socket on top from here on. */
  #secure(socket: Watched, connection: Connection, fresh: number): Connection {
    const { _handle: handle } = socket
    connection.owner = socket
    connection.isTaken = false
    connection.baseIn = connection.in - ((handle?.bytesRead ?? 0) - fresh)
    connection.baseOut = connection.out - (handle?.bytesWritten ?? 0)
    connection.flags |= flags.tls
    connection.isDue = true
    write(socket, connection)
    this.#onMet(connection)
    return connection
  }
}

/** The handles that are connections. */
const shown = new Set(['TCP', 'Pipe', 'TLSWrap'])

function roleOf(socket: Watched): Role | undefined {
  if (socket._server !== null && socket._server !== undefined) return 'accept'
  const { _handle: handle } = socket
  return handle !== null && classOf(handle) !== 'Pipe' ? 'adopt' : undefined
}
