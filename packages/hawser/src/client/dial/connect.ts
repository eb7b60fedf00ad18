import { assertHandler } from '../../connection/in/assert-handler.js'
import { makeConnection } from '../../connection/connection.js'
import type { Connection } from '../../connection/face.js'
import { Engine } from '../../connection/engine.js'
import {
  connectionNames,
  type ConnectionOptions,
  resolveSettings,
} from '../../connection/connection-options.js'
import { publishOpen } from '../../connection/publications.js'
import { report, warn } from '../../report.js'
import type { Brakes } from '../../connection/connection-settings.js'
import type { HandlerObject } from '../../connection/face.js'
import { steadyClock } from '../../connection/time/steady-clock.js'
import { type HawserError } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import type { Framing } from '../../framing/framing.js'
import { raw } from '../../framing/formats/raw.js'
import { Budget } from '../../policy/budget.js'
import { unavailable } from '../../connection/start-tls.js'
import { heartbeatNames, type HeartbeatOptions } from '../../policy/heartbeat.js'
import { prepareTls } from '../../socket/dial/begin-tls.js'
import type { Endpoint } from '../../socket/endpoint.js'
import { canSecure } from '../../socket/secure-transport.js'
import { tlsClientNames } from '../../tls.js'
import { dialNames, type DialOptions } from './dial-options.js'
import { Dialler } from './dialler.js'

/** How a connection is made and what it is limited to. */
export interface ConnectOptions<In, Out> extends ConnectionOptions, DialOptions {
  /** How bytes are cut into messages. Default `raw()`: each chunk as it arrives. */
  readonly framing?: Framing<In, Out> | undefined
  /** Takes the messages, as a server's handler object does. Default: iterate, or take a stream. */
  readonly handler?: HandlerObject<In, Out> | undefined
  /** Finds out that the peer has vanished. Default: TCP keepalive does, after minutes. */
  readonly heartbeat?: HeartbeatOptions<In, Out> | undefined
  /** Told of exceptions out of the handler. Default: shown as a process warning. */
  readonly onError?: ((error: HawserError, connection: Connection<In, Out>) => void) | undefined
}

/** The names of the options in {@link ConnectOptions}. */
export const connectNames: NamesOf<ConnectOptions<unknown, unknown>> = {
  ...connectionNames,
  ...dialNames,
  framing: true,
  handler: true,
  heartbeat: heartbeatNames,
  onError: 'function',
}

/**
 * Connect to a server, or to the first of several that can be connected to.
 *
 * @param endpoint one, such as `server.address()`, or several with the option `order`
 * @returns fulfils with the open connection; rejects with ConnectError (`HAWSER_CONNECT_REFUSED`,
 *   `HAWSER_CONNECT_TIMEOUT`, `HAWSER_DNS_FAILED`, `HAWSER_CONNECT_FAILED`), TlsError
 *   (`HAWSER_TLS_HANDSHAKE_FAILED`, `HAWSER_TLS_CERTIFICATE_INVALID`), AbortedError
 *   (`HAWSER_ABORTED`) or OptionError
 */
export async function connect<In = Uint8Array, Out = Uint8Array | string>(
  endpoint: Endpoint | null | readonly Endpoint[],
  options: ConnectOptions<In, Out> = {},
): Promise<Connection<In, Out>> {
  checkOptions(options, connectNames)
  const clock = steadyClock(options.clock)
  return connectBy(new Dialler(endpoint, options, clock), options, 'handler')
}

/**
 * Connect as a dialler knows how to; a caller that connects again and again keeps it.
 *
 * @param options those that the dialler was made with, but for the signal
 * @param brakes what a blocked outbox stops
 * @throws what `connect` rejects with
 */
export async function connectBy<In, Out>(
  dialler: Dialler,
  options: ConnectOptions<In, Out>,
  brakes: Brakes,
): Promise<Connection<In, Out>> {
  const { handler, onError } = options
  if (handler !== undefined) assertHandler(handler)
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const settings = resolveSettings(options, framing, handler, new Budget(Infinity), brakes)
  const { transport, endpoint: reached } = await dialler.dial(options.signal)
  const engine = new Engine(transport, settings, {
    failed: (error, connection) =>
      onError === undefined ? warn(error) : report(() => onError(error, connection)),
    closed: () => undefined,
    prepareTls: (_transport, tls) => {
      if (tls !== undefined) checkOptions(tls, tlsClientNames, 'tls')
      if (!canSecure(transport)) {
        throw unavailable('its transport is no socket', transport.addresses)
      }
      return prepareTls(transport, reached, tls ?? options.tls ?? {}, settings.clock)
    },
  })
  const connection = makeConnection(engine)
  publishOpen(engine)
  engine.start()
  return connection
}
