import { valueOf } from '../../callbacks.js'
import { type ErrorDetails, type HawserError, TimeoutError, textOf } from '../../errors.js'
import type { Framing } from '../../framing/framing.js'
import { without } from '../../framing/without.js'
import { type Beat, Heartbeat, type HeartbeatOptions } from '../../policy/heartbeat.js'
import type { Clock } from '../../policy/clock.js'
import type { CloseInfo, ConnectionPhase } from '../end/close-info.js'
import { ignore } from '../../promises.js'

/** What a heartbeat needs of a connection. */
export interface Beating<In, Out> {
  readonly settings: { readonly clock: Clock }
  readonly receiver: { readonly bytes: number; readonly stopped: boolean }
  readonly sender: { send(message: Out): Promise<void> }
  readonly framing: Framing<In, Out>
  readonly phase: ConnectionPhase
  readonly details: ErrorDetails
  readonly closing: Promise<CloseInfo>
  fail(error: HawserError, abrupt: boolean): void
  handlerFailed(cause: unknown): void
}

/** What `ping` or `isPong` threw: no fault of the peer. */
export class HeartbeatFailure extends Error {
  constructor(callback: 'ping' | 'isPong', cause: unknown) {
    const message = textOf(cause)
    super(`heartbeat.${callback} failed: ${message}`, { cause })
  }
}

/**
 * Ping the peer of a connection until our direction ends, or another framing makes something else of
 * the ping.
 */
export function startHeartbeat<In, Out>(host: Beating<In, Out>, options: Beat<Out>): void {
  const { framing } = host
  const heartbeat: Heartbeat<Out> = new Heartbeat(
    options,
    {
      get bytesRead() {
        return host.receiver.bytes
      },
      get isDeaf() {
        return host.receiver.stopped
      },
      ping(message) {
        if (host.phase === 'open' && host.framing === framing) {
          void host.sender.send(message).catch(ignore)
        } else heartbeat.stop()
      },
      failed: (cause) => host.handlerFailed(new HeartbeatFailure('ping', cause)),
      vanished: (misses, every) => host.fail(heartbeatTimeout(misses, every, host.details), true),
    },
    host.settings.clock,
  )
  void host.closing.then(() => heartbeat.stop())
}

/** The framing of a connection whose heartbeat recognises its replies: they are not delivered. */
export function withoutPongs<In, Out>(
  framing: Framing<In, Out>,
  { isPong }: HeartbeatOptions<In, Out>,
): Framing<In, Out> {
  if (isPong === undefined) return framing
  return without(framing, (message) => {
    try {
      return valueOf('isPong', isPong(message))
    } catch (cause) {
      throw new HeartbeatFailure('isPong', cause)
    }
  })
}

/** The peer gives no sign of life. */
export function heartbeatTimeout(
  misses: number,
  every: number,
  details: ErrorDetails,
): TimeoutError {
  const text = `nothing came after ${misses} pings, one every ${every} ms: the peer has vanished, or hangs, so the connection is reset`
  return new TimeoutError('HAWSER_HEARTBEAT_TIMEOUT', text, { op: 'read', ...details })
}
