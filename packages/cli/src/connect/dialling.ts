import type { ConnectOptions as LibraryOptions } from 'hawser'
import type { Outgoing } from '../wire/adapter.js'
import type { WireFraming } from '../wire/load-framing.js'
import type { ConnectOptions } from './options.js'

/** What the library is told of a connection. */
export type Dialling = Omit<LibraryOptions<Uint8Array, Outgoing>, 'handler' | 'onError'>

/** The library's options for the command's. */
export function createDialling(options: ConnectOptions, framing: WireFraming): Dialling {
  const { connectTimeout, idle, tls, sendProxy, reconnect } = options
  return {
    framing,
    connectTimeout,
    idleTimeout: idle,
    tls,
    family: options.family,
    localAddress: options.source,
    proxy: options.proxy,
    proxyProtocol: sendProxy && { version: sendProxy },
    // Our direction ends by the rules of `--wait`; that of a connection that comes back, with it.
    allowHalfOpen: !reconnect,
    // A pause is the reader's affair at both ends of a pipe, however long it takes.
    consumerTimeout: Infinity,
    writeTimeout: Infinity,
    frameTimeout: Infinity,
    minimumRate: Infinity,
  }
}
