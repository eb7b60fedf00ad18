import type { Transport, TransportAddress } from './transport.js'

/**
 * What a server listens on and a client connects over, where that is not the operating system's
 * network: the option `network` of both. `hawser/testing` has one in memory.
 */
export interface Network {
  /** Whether its transports have `secure`. Default false: TLS is refused. */
  readonly speaksTls?: boolean | undefined
  /**
   * Listen at a place.
   *
   * @param accept called for each connection, not before the promise fulfils
   * @param options what holds for each connection that arrives
   * @returns rejects with an Error whose `code` is the operating system's: `EADDRINUSE`, …
   */
  listen(
    place: NetworkPlace,
    accept: (arrival: NetworkArrival) => void,
    options?: NetworkListenOptions,
  ): Promise<NetworkListener>
  /**
   * Make one connection.
   *
   * @returns the connection's end, not started. Rejects with an Error whose `code` is the operating
   *   system's (`ECONNREFUSED`, …), and whose `address` and `port` say what was tried
   */
  dial(place: NetworkPlace, options?: NetworkDialOptions): Promise<Transport>
}

/** Where something listens: a host's port, or the path of a Unix socket. */
export type NetworkPlace =
  | {
      /** Tells the two apart. */
      readonly kind: 'tcp'
      /** A host name or an IP address. Undefined is every address. */
      readonly host: string | undefined
      /** 0–65535. To listen, 0 has the network choose one. */
      readonly port: number
    }
  | {
      /** Tells the two apart. */
      readonly kind: 'unix'
      /** The path. */
      readonly path: string
    }

/** How a network finds out that the peer of a silent connection is gone. */
export interface NetworkListenOptions {
  /**
   * Milliseconds of silence after which the network asks whether the peer still knows of the connection
   * (`SO_KEEPALIVE`). `Infinity` is off. Default: the network's choice.
   */
  readonly keepAlive?: number | undefined
}

/** How a connection is made. */
export interface NetworkDialOptions extends NetworkListenOptions {
  /** The IP address to connect from. Default: the network's choice. */
  readonly localAddress?: string | undefined
  /** The port to connect from, 0–65535. Default: the network's choice. */
  readonly localPort?: number | undefined
  /** When it fires the connection is not wanted any more: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** A connection that has arrived at a listener. */
export interface NetworkArrival {
  /** Its end, not started. */
  readonly transport: Transport
  /** Whether its peer has reset it meanwhile. */
  readonly isGone: boolean
}

/** A place that is listened at. */
export interface NetworkListener {
  /** Where, with the port that was chosen. */
  readonly local: TransportAddress
  /** Accept nothing more. What was accepted goes on. */
  close(): void
}
