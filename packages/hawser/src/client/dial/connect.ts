import { assertHandler } from '../../connection/in/assert-handler.js'
import type { Connection } from '../../connection/face.js'
import { resolveSettings } from '../../connection/options/connection-options.js'
import type { Brakes } from '../../connection/connection-settings.js'
import { steadyClock } from '../../connection/time/steady-clock.js'
import { raw } from '../../framing/formats/raw.js'
import type { Framing } from '../../framing/framing.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import { Budget } from '../../policy/budget.js'
import { attachNames, type AttachOptions } from './attach.js'
import { createDialler } from './create-dialler.js'
import type { Destination, Dials } from './destination.js'
import { dialNames, type DialOptions } from './dial-options.js'
import { openConnection } from './open-connection.js'

/** How a connection is made and what it is limited to. */
export interface ConnectOptions<In, Out> extends AttachOptions<In, Out>, DialOptions {}

/** The names of the options in {@link ConnectOptions}. */
export const connectNames: NamesOf<ConnectOptions<unknown, unknown>> = {
  ...attachNames,
  ...dialNames,
}

/**
 * Connect to a server, or to the first of several that can be connected to.
 *
 * @param destination an endpoint, such as `server.address()`; several, with the option `order`; or a
 *   function that makes the stream to speak over
 * @returns fulfils with the open connection; rejects with ConnectError (`HAWSER_CONNECT_REFUSED`,
 *   `HAWSER_CONNECT_TIMEOUT`, `HAWSER_DNS_FAILED`, `HAWSER_CONNECT_FAILED`), TlsError
 *   (`HAWSER_TLS_HANDSHAKE_FAILED`, `HAWSER_TLS_CERTIFICATE_INVALID`), AbortedError
 *   (`HAWSER_ABORTED`) or OptionError
 */
export async function connect<In = Uint8Array, Out = Uint8Array | string>(
  destination: Destination,
  options: ConnectOptions<In, Out> = {},
): Promise<Connection<In, Out>> {
  checkOptions(options, connectNames)
  const clock = steadyClock(options.clock)
  return connectBy(createDialler(destination, options, clock), options, 'handler')
}

/**
 * Connect as a dialler knows how to; a caller that connects again and again keeps it.
 *
 * @param options those that the dialler was made with, but for the signal
 * @param brakes what a blocked outbox stops
 * @param client the client or the pool that it is for
 * @throws what `connect` rejects with
 */
export async function connectBy<In, Out>(
  dialler: Dials,
  options: ConnectOptions<In, Out>,
  brakes: Brakes,
  client?: object,
): Promise<Connection<In, Out>> {
  const { handler } = options
  if (handler !== undefined) assertHandler(handler)
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const settings = resolveSettings(options, framing, handler, new Budget(Infinity), brakes)
  const { transport, endpoint } = await dialler.dial(options.signal)
  return openConnection(transport, endpoint, settings, options, client)
}
