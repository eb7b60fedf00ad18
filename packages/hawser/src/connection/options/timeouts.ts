import { atLeast, milliseconds } from '../../options/numbers.js'
import type { NamesOf } from '../../options/option-names.js'

/** The waits of one connection, which can be set while it is open as well. */
export interface ConnectionTimeouts {
  /**
   * Milliseconds without a byte in either direction after which the connection is closed with
   * `idle-timeout`; also when the peer has ended its direction, unless a handler is at work. Default `Infinity`, off: a quiet connection is a healthy one in many protocols.
   */
  readonly idleTimeout?: number | undefined
  /**
   * Milliseconds without a byte from the peer after which the connection is closed with
   * `read-idle-timeout`, whatever is sent to it; not while reading stands still, nor after the peer's
   * end. Default `Infinity`, off. Stops: a device that has gone, where only what it sends counts as a
   * sign of life (MQTT 3.1.1 section 3.1.2.10: one and a half times its keepalive).
   */
  readonly readIdleTimeout?: number | undefined
  /**
   * Milliseconds a peer may take until its first byte, then `first-byte-timeout`. Default
   * `Infinity`, off: in many protocols the server speaks first.
   */
  readonly firstByteTimeout?: number | undefined
  /**
   * Milliseconds a frame that was begun may go without a further byte, then `frame-timeout`.
   * Default 30 000; `Infinity` is off. Stops: slowloris.
   */
  readonly frameTimeout?: number | undefined
  /**
   * Bytes a second that a frame or a write under way has to move, else `rate-timeout`. Default 240;
   * `Infinity` is off, as everywhere. Silence is left to `frameTimeout` and `writeTimeout`. A frame
   * of which at most 1 KiB have come has four times `frameTimeout` instead, whatever its rate: it
   * may be a line that a person types into a terminal which sends each key. The rate is measured
   * anew every 30 s. Stops: a slowloris that sends a byte a second, a reader that takes one.
   */
  readonly minimumRate?: number | undefined
  /**
   * Milliseconds that a frame or a write may be under way before `minimumRate` counts. Default
   * 5 000; `Infinity` is off. Stops: a short outage taken for a slow peer.
   */
  readonly minimumRateGrace?: number | undefined
  /**
   * Milliseconds that bytes may wait to be sent without any being taken, then `write-timeout`.
   * Default 30 000; `Infinity` is off. Stops: a peer that stops reading or has vanished.
   */
  readonly writeTimeout?: number | undefined
  /**
   * Milliseconds that reading may stand still because received messages are not taken, then
   * `consumer-timeout`. Default 60 000; `Infinity` is off. Stops: a dead peer that nothing would
   * notice, since neither FIN nor RST is seen while reading stands still.
   */
  readonly consumerTimeout?: number | undefined
  /**
   * Milliseconds to go on discarding what the peer sends after we ended, before the socket is given
   * up. Default 1 000; `Infinity` waits for the peer's FIN. Stops: a reply lost to a reset, because
   * a socket closed with unread bytes resets (RFC 2525 section 2.17).
   */
  readonly lingerTimeout?: number | undefined
}

/** The names of the options in {@link ConnectionTimeouts}. */
export const timeoutNames: NamesOf<ConnectionTimeouts> = {
  idleTimeout: true,
  readIdleTimeout: true,
  firstByteTimeout: true,
  frameTimeout: true,
  minimumRate: true,
  minimumRateGrace: true,
  writeTimeout: true,
  consumerTimeout: true,
  lingerTimeout: true,
}

/** What they are once each has its value. */
type Limits = Readonly<Record<keyof ConnectionTimeouts, number>>

export const defaultTimeouts: Limits = {
  idleTimeout: Infinity,
  readIdleTimeout: Infinity,
  firstByteTimeout: Infinity,
  frameTimeout: 30_000,
  minimumRate: 240,
  minimumRateGrace: 5_000,
  writeTimeout: 30_000,
  consumerTimeout: 60_000,
  lingerTimeout: 1_000,
}

/**
 * Those that are set.
 *
 * @throws OptionError when one of them cannot work
 */
export function resolveTimeouts(options: ConnectionTimeouts): Partial<Limits> {
  const limits: { -readonly [Name in keyof Limits]?: number } = {}
  for (const name of Object.keys(defaultTimeouts) as (keyof Limits)[]) {
    const value = options[name]
    if (value === undefined) continue
    limits[name] =
      name === 'minimumRate' ? atLeast(name, value, 1, 'bytes a second') : milliseconds(name, value)
  }
  return limits
}
