import type { NamesOf } from '../options/option-names.js'
import {
  type KeepAlive,
  keepAliveNames,
  type KeepAliveOptions,
  resolveKeepAlive,
} from './keep-alive.js'

/** How a socket is set up; the same for those that are accepted and those that are connected. */
export interface SocketOptions {
  /**
   * Milliseconds of silence after which TCP keepalive probes begin, or `{ idle, interval, count }`.
   * Default 60 000, then a probe each second, and the connection fails when ten in a row go
   * unanswered; `Infinity` is off. Stops: a connection whose peer vanished without a word (RFC 9293
   * section 3.8.4). While sent bytes are unacknowledged there are no probes, and no version of Node.js
   * can set TCP_USER_TIMEOUT (tcp(7)): a peer that vanished then is noticed by `writeTimeout`, by a
   * heartbeat, or when the operating system gives up after some 15 minutes.
   */
  readonly keepAlive?: number | KeepAliveOptions | undefined
  /**
   * Send small segments at once (TCP_NODELAY). Default true: the outbox already joins a turn's
   * messages, and Nagle's algorithm would only delay them.
   */
  readonly noDelay?: boolean | undefined
  /**
   * Read into one static buffer where the runtime can. Default true. False takes the plain `'data'`
   * event: slower by a few percent, and made of documented interfaces only.
   */
  readonly fastRead?: boolean | undefined
}

/** The names of the options in {@link SocketOptions}. */
export const socketNames: NamesOf<SocketOptions> = {
  keepAlive: keepAliveNames,
  noDelay: true,
  fastRead: true,
}

/** The same with every default filled in. */
export interface SocketSettings {
  readonly keepAlive: KeepAlive
  readonly noDelay: boolean
  readonly fastRead: boolean
}

/** @throws OptionError for a value that cannot work, here or on this version of Node.js */
export function resolveSocket({ keepAlive, noDelay, fastRead }: SocketOptions): SocketSettings {
  return {
    keepAlive: resolveKeepAlive(keepAlive ?? {}),
    noDelay: noDelay ?? true,
    fastRead: fastRead ?? true,
  }
}
