import net from 'node:net'
import { invalid } from '../options/invalid.js'
import { milliseconds } from '../options/numbers.js'
import type { NamesOf } from '../options/option-names.js'

/** TCP keepalive in full: when it begins, and when it gives up. */
export interface KeepAliveOptions {
  /** Milliseconds of silence after which probes begin (TCP_KEEPIDLE). Default 60 000. */
  readonly idle?: number | undefined
  /**
   * Milliseconds between probes (TCP_KEEPINTVL), in whole seconds. Default 1 000. Another value throws
   * `HAWSER_INVALID_OPTION` where Node.js cannot set it: 20 and 22 cannot, 24.21 and 26.10 can.
   */
  readonly interval?: number | undefined
  /**
   * How many probes may go unanswered (TCP_KEEPCNT), 1–127. Default 10. Another value needs what
   * `interval` needs.
   */
  readonly count?: number | undefined
}

/** The names of the options in {@link KeepAliveOptions}. */
export const keepAliveNames: NamesOf<KeepAliveOptions> = {
  idle: true,
  interval: true,
  count: true,
}

/** Keepalive as sockets take it. */
export interface KeepAlive {
  /** Milliseconds; `Infinity` is off. */
  readonly idle: number
  /** Undefined is libuv's: a probe a second, ten times. */
  readonly probes: { readonly interval: number; readonly count: number } | undefined
}

/** Milliseconds of silence by default. */
const defaultIdle = 60_000
/** The most seconds Linux takes for TCP_KEEPIDLE (tcp(7)). */
const longest = 32_767
/** What libuv sets, and all there is where Node.js does not pass on anything else. */
const fixed = { interval: 1_000, count: 10 }

/**
 * Milliseconds as Node.js takes them: it cuts to whole seconds, and 0 of them would leave keepalive
 * off without a word.
 */
export function keepAliveDelay(delay: number): number {
  return Math.min(Math.ceil(delay / 1_000), longest) * 1_000
}

/**
 * Fill in what was left out.
 *
 * @throws OptionError for a value that cannot work, here or on this version of Node.js
 */
export function resolveKeepAlive(asked: number | KeepAliveOptions): KeepAlive {
  if (typeof asked !== 'object' || asked === null) {
    return { idle: milliseconds('keepAlive', asked), probes: undefined }
  }
  const idle = milliseconds('keepAlive.idle', asked.idle ?? defaultIdle)
  const interval = milliseconds('keepAlive.interval', asked.interval ?? fixed.interval)
  const count = asked.count ?? fixed.count
  if (!Number.isInteger(count) || count < 1 || count > 127) {
    throw invalid('keepAlive.count', `is ${String(count)}: it takes a whole number, 1–127`)
  }
  const probes = { interval: keepAliveDelay(interval), count }
  if (probes.interval === fixed.interval && count === fixed.count) {
    return { idle, probes: undefined }
  }
  if (net.Socket.prototype.setKeepAlive.length < 4) {
    throw invalid(
      'keepAlive',
      `has interval ${interval} and count ${count}: this version of Node.js probes every ` +
        `${fixed.interval} ms, ${fixed.count} times, and nothing else; leave both out, or use ` +
        'one that can, such as 24.21 or 26.10',
    )
  }
  return { idle, probes }
}

/** Turn keepalive on for a socket that was made without. */
export function keepAlive(socket: net.Socket, wanted: KeepAlive): void {
  if (wanted.idle === Infinity) return
  if (wanted.probes === undefined) socket.setKeepAlive(true, keepAliveDelay(wanted.idle))
  else probe(socket, wanted)
}

/** Have the operating system probe as was asked for; a no-op where that is what it does anyway. */
export function probe(socket: net.Socket, { idle, probes }: KeepAlive): void {
  if (probes === undefined || idle === Infinity) return
  const extended = socket as unknown as {
    setKeepAlive(enable: boolean, idle: number, interval: number, count: number): void
  }
  extended.setKeepAlive(true, keepAliveDelay(idle), probes.interval, probes.count)
}
