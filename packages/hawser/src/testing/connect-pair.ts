import { report } from '../report.js'
import { makeConnection } from '../connection/connection.js'
import type { Connection } from '../connection/face.js'
import { Engine } from '../connection/engine.js'
import {
  connectionNames,
  type ConnectionOptions,
  resolveSettings,
} from '../connection/options/connection-options.js'
import { publishOpen } from '../connection/publications.js'
import type { Brakes } from '../connection/connection-settings.js'
import type { HandlerObject } from '../connection/face.js'
import type { HawserError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import { raw } from '../framing/formats/raw.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import { Budget } from '../policy/budget.js'
import type { Clock } from '../policy/clock.js'
import { heartbeatNames, type HeartbeatOptions } from '../policy/heartbeat.js'
import type { Transport } from '../transport.js'
import { createPair, pairNames, type PairOptions } from './memory-pair.js'
import { scriptedPeerNames, type ScriptedPeerOptions } from './peer/peer-options.js'
import { ScriptedPeer } from './peer/scripted-peer.js'

/** Options of {@link connectPair} and {@link connectPeer}, beside those of any connection. */
export interface ConnectPairOptions<In, Out> extends ConnectionOptions {
  /** How bytes are cut into messages. Default `raw()`. */
  readonly framing?: Framing<In, Out> | undefined
  /**
   * How the line between the two behaves. Its latency is measured on `clock`, unless it names a
   * clock of its own.
   */
  readonly line?: PairOptions | undefined
  /** Takes the messages of the connection; of a pair, those of the second one. */
  readonly handler?: HandlerObject<In, Out> | undefined
  /** Finds out that the other end has vanished; of a pair, the second one does. Default: off. */
  readonly heartbeat?: HeartbeatOptions<In, Out> | undefined
  /** Told of exceptions out of the handler. Default: they are only in `closed`. */
  readonly onError?: ((error: HawserError, connection: Connection<In, Out>) => void) | undefined
}

/** The names of the options in {@link ConnectPairOptions}. */
const connectPairNames: NamesOf<ConnectPairOptions<unknown, unknown>> = {
  ...connectionNames,
  framing: true,
  line: pairNames,
  handler: true,
  heartbeat: heartbeatNames,
  onError: 'function',
}

/**
 * Two connections joined in memory, without a socket: the first as a client has it, the second as
 * a server does.
 *
 * ```ts
 * const clock = new VirtualClock()
 * const [client, server] = connectPair({ framing: lines(), clock, line: { chunkSize: 1 } })
 * ```
 *
 * @throws OptionError `HAWSER_INVALID_OPTION` when an option cannot work
 */
export function connectPair<In = Uint8Array, Out = Uint8Array | string>(
  options: ConnectPairOptions<In, Out> = {},
): [Connection<In, Out>, Connection<In, Out>] {
  checkOptions(options, connectPairNames)
  const [left, right] = makeLine(options.line, options.clock)
  return [
    attach(left, { ...options, handler: undefined, heartbeat: undefined }, 'handler'),
    attach(right, options, 'all'),
  ]
}

/**
 * A connection in memory with a scripted peer at its other end.
 *
 * @param options of the connection and its line
 * @param peerOptions of the peer
 * @throws OptionError `HAWSER_INVALID_OPTION` when an option cannot work
 */
export function connectPeer<In = Uint8Array, Out = Uint8Array | string>(
  options: ConnectPairOptions<In, Out> = {},
  peerOptions: ScriptedPeerOptions = {},
): {
  /** The end under test. */
  readonly connection: Connection<In, Out>
  /** The far end, which does what the test says. */
  readonly peer: ScriptedPeer
} {
  checkOptions(options, connectPairNames)
  checkOptions(peerOptions, scriptedPeerNames)
  const [left, right] = makeLine(options.line, options.clock)
  const peer = ScriptedPeer.over(left, peerOptions)
  return { connection: attach(right, options, 'all'), peer }
}

function makeLine(line: PairOptions = {}, clock?: Clock): [Transport, Transport] {
  return createPair(clock === undefined ? line : { clock, ...line })
}

function attach<In, Out>(
  transport: Transport,
  options: ConnectPairOptions<In, Out>,
  brakes: Brakes,
): Connection<In, Out> {
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const settings = resolveSettings(options, framing, options.handler, new Budget(Infinity), brakes)
  const engine = new Engine(transport, settings, {
    failed: (error, failing) => report(() => options.onError?.(error, failing)),
    closed: () => undefined,
  })
  const connection = makeConnection(engine)
  publishOpen(engine)
  engine.start()
  return connection
}
