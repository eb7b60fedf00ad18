import { type ByteStream, transportOver } from '../../attached/byte-stream.js'
import {
  connectionNames,
  type ConnectionOptions,
  resolveSettings,
} from '../../connection/options/connection-options.js'
import type { Connection, HandlerObject } from '../../connection/face.js'
import { assertHandler } from '../../connection/in/assert-handler.js'
import type { HawserError } from '../../errors.js'
import { raw } from '../../framing/formats/raw.js'
import type { Framing } from '../../framing/framing.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import { Budget } from '../../policy/budget.js'
import { heartbeatNames, type HeartbeatOptions } from '../../policy/heartbeat.js'
import { openConnection } from './open-connection.js'

/** How a connection speaks over a stream that is there, and what it is limited to. */
export interface AttachOptions<In, Out> extends ConnectionOptions {
  /** How bytes are cut into messages. Default `raw()`: each chunk as it arrives. */
  readonly framing?: Framing<In, Out> | undefined
  /** Takes the messages, as a server's handler object does. Default: iterate, or take a stream. */
  readonly handler?: HandlerObject<In, Out> | undefined
  /** Finds out that the peer has vanished. Default: TCP keepalive does, after minutes. */
  readonly heartbeat?: HeartbeatOptions<In, Out> | undefined
  /** Told of exceptions out of the handler. Default: shown as a process warning. */
  readonly onError?: ((error: HawserError, connection: Connection<In, Out>) => void) | undefined
}

/** The names of the options in {@link AttachOptions}. */
export const attachNames: NamesOf<AttachOptions<unknown, unknown>> = {
  ...connectionNames,
  framing: true,
  handler: true,
  heartbeat: heartbeatNames,
  onError: 'function',
}

/**
 * Make a connection over a stream that was made elsewhere: a Node.js `Duplex` (a TLS socket, a serial
 * port, a channel of SSH, a WebSocket's stream), a pair of WHATWG streams `{ readable, writable }`, or a
 * `Transport` of one's own. The connection owns the stream from now on: it reads it, and destroys it at
 * its end. All that a connection has is there: frames, backpressure, timeouts, an end with a reason.
 *
 * A reset of the peer is seen, and made, only where the stream tells of one: over a TCP socket. Of other
 * streams `reset()` destroys, and one that was destroyed without its end closes with `reset`.
 *
 * @throws OptionError when it is no stream of bytes, or an option cannot work
 */
export function attach<In = Uint8Array, Out = Uint8Array | string>(
  stream: ByteStream,
  options: AttachOptions<In, Out> = {},
): Connection<In, Out> {
  checkOptions(options, attachNames)
  const { handler } = options
  if (handler !== undefined) assertHandler(handler)
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const settings = resolveSettings(options, framing, handler, new Budget(Infinity), 'handler')
  return openConnection(
    transportOver(stream, 'stream', settings.clock),
    undefined,
    settings,
    options,
  )
}
