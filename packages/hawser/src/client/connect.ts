import { Connection } from '../connection/connection.js'
import { Engine } from '../connection/engine.js'
import {
  type ConnectionOptions,
  defaultKeepAlive,
  milliseconds,
  resolveSettings,
} from '../connection/options.js'
import { publishOpen } from '../connection/publications.js'
import { report, warn } from '../connection/report.js'
import type { HandlerObject } from '../connection/settings.js'
import { type HawserError, OptionError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import { raw } from '../framing/raw.js'
import { Budget } from '../policy/budget.js'
import { dial, upgrade } from '../socket/dial.js'
import { type Endpoint, parseEndpoint } from '../socket/endpoint.js'
import type { TlsClientOptions } from '../tls.js'

/** How a connection is made and what it is limited to. */
export interface ConnectOptions<In, Out> extends ConnectionOptions {
  /** How bytes are cut into messages. Default `raw()`: each chunk as it arrives. */
  readonly framing?: Framing<In, Out> | undefined
  /**
   * TLS, for endpoints written `tls://` and those without `tcp://` before them; on the others, what
   * `connection.startTls()` begins with. Default for `tls://`: the certificate has to be vouched for
   * by an authority that Node.js knows, and to be for the endpoint's host.
   */
  readonly tls?: TlsClientOptions | undefined
  /**
   * Milliseconds for name resolution, TCP and TLS together, then `HAWSER_CONNECT_TIMEOUT`. Default
   * 10 000; `Infinity` waits as long as the operating system does. Stops: a firewall that answers
   * nothing.
   */
  readonly timeout?: number | undefined
  /** Gives up connecting when it fires, with `HAWSER_ABORTED`. Has no effect afterwards. */
  readonly signal?: AbortSignal | undefined
  /** The local IP address to connect from. Default: the operating system's choice. */
  readonly localAddress?: string | undefined
  /** The local port to connect from. Default: the operating system's choice. */
  readonly localPort?: number | undefined
  /** Use only IPv4 (4) or only IPv6 (6). Default: both, and the first that answers. */
  readonly family?: 4 | 6 | undefined
  /** Takes the messages, as a server's handler object does. Default: iterate, or take a stream. */
  readonly handler?: HandlerObject<In, Out> | undefined
  /** Told of exceptions out of the handler. Default: shown as a process warning. */
  readonly onError?: ((error: HawserError, connection: Connection<In, Out>) => void) | undefined
}

/** Milliseconds a connection may take to be made when nobody says otherwise. */
const defaultTimeout = 10_000

/**
 * Connect to a server.
 *
 * @returns fulfils with the open connection; rejects with ConnectError (`HAWSER_CONNECT_REFUSED`,
 *   `HAWSER_CONNECT_TIMEOUT`, `HAWSER_DNS_FAILED`, `HAWSER_CONNECT_FAILED`), TlsError
 *   (`HAWSER_TLS_HANDSHAKE_FAILED`, `HAWSER_TLS_CERTIFICATE_INVALID`), AbortedError
 *   (`HAWSER_ABORTED`) or OptionError
 */
export async function connect<In = Uint8Array, Out = Uint8Array | string>(
  endpoint: Endpoint,
  options: ConnectOptions<In, Out> = {},
): Promise<Connection<In, Out>> {
  const parsed = parseEndpoint(endpoint)
  const { handler, onError, signal, localAddress } = options
  if (handler !== undefined && (typeof handler !== 'object' || handler === null)) {
    throw new OptionError(
      'HAWSER_INVALID_OPTION',
      `the handler is a ${typeof handler}: it takes an object with open, message, writable, close`,
    )
  }
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const settings = resolveSettings(options, framing, handler, new Budget(Infinity))
  const transport = await dial(parsed, {
    timeout: milliseconds('timeout', options.timeout ?? defaultTimeout),
    signal,
    localAddress,
    localPort: portOf(options.localPort),
    family: familyOf(options.family),
    noDelay: options.noDelay ?? true,
    keepAlive: milliseconds('keepAlive', options.keepAlive ?? defaultKeepAlive),
    fastRead: options.fastRead ?? true,
    tls: options.tls,
    clock: settings.clock,
  })
  const engine = new Engine(transport, settings, {
    failed: (error, connection) =>
      onError === undefined ? warn(error) : report(() => onError(error, connection)),
    closed: () => undefined,
    startTls: (_transport, tls) =>
      upgrade(transport, parsed, tls ?? options.tls ?? {}, settings.clock),
  })
  const connection = new Connection(engine)
  publishOpen(engine)
  engine.start()
  return connection
}

function portOf(port: number | undefined): number | undefined {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return port
  throw new OptionError(
    'HAWSER_INVALID_OPTION',
    `localPort is ${String(port)}: it takes a whole number, 0–65535`,
  )
}

function familyOf(family: number | undefined): 4 | 6 | undefined {
  if (family === undefined || family === 4 || family === 6) return family
  throw new OptionError('HAWSER_INVALID_OPTION', `family is ${family}: it takes 4 or 6`)
}
