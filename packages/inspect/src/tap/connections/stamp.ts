import type { Connection } from './connection.js'

/** Returns what it gets, so that a class that extends it adds its private fields to that. */
const Given = function (object: object): object {
  return object
} as unknown as new (object: object) => object

/**
 * Ties a connection to its socket by a private field: unlike a property, a program cannot see it, and unlike a WeakMap
 * it costs next to nothing for each message.
 */
class Stamp extends Given {
  #connection: Connection | null

  constructor(socket: object, connection: Connection | null) {
    super(socket)
    this.#connection = connection
  }

  static read(this: void, socket: object): Connection | null | undefined {
    return #connection in socket ? socket.#connection : undefined
  }

  static write(this: void, socket: object, connection: Connection | null): object {
    if (!(#connection in socket)) return new Stamp(socket, connection)
    socket.#connection = connection
    return socket
  }
}

/** @returns the connection of a socket, null for one that is not shown, undefined for one not met yet */
export const read: (socket: object) => Connection | null | undefined = Stamp.read

/** Says which connection a socket is of, or with null that it is not shown. @returns the socket */
export const write: (socket: object, connection: Connection | null) => object = Stamp.write
