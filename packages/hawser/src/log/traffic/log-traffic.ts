import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import { handled } from '../../promises.js'
import type { LogEvent } from '../format/events.js'
import { createLog } from '../writer/create-log.js'
import { logNames, type LogOptions } from '../writer/log-options.js'
import type { OpenDetails, SessionLog } from '../writer/session-log.js'
import { watchTraffic } from './watch-traffic.js'

/** How traffic is logged; for a file, also what `createLog` takes. */
export interface TrafficLogOptions extends LogOptions {
  /**
   * What else the event `open` of each connection says: `{ name: 'orders' }`, any values for JSON. Default: nothing.
   */
  readonly details?: OpenDetails | undefined
}

const trafficNames: NamesOf<TrafficLogOptions> = { ...logNames, details: true }

/** Traffic that is being logged: what `logTraffic` makes. */
export interface TrafficLog extends AsyncDisposable {
  /** Where it goes: for `info()`, `flush()`, and events of your own. */
  readonly log: SessionLog
  /**
   * The number that an open connection has in the log.
   *
   * @returns undefined for one that is not logged, or is closed
   */
  numberOf(connection: object): number | undefined
  /**
   * Something happened on an open connection: `{ event: 'note', text: 'paid' }`, at most 64 KiB as JSON.
   *
   * One that is not logged, or is closed, changes nothing.
   */
  event(connection: object, event: LogEvent): void
  /** A person sends something: what leaves the connection next has the flag `byHand`. Call it before `send`. */
  sendingByHand(connection: object): void
  /** Log nothing more, and close the log if `logTraffic` made it. Never rejects; may be called again. */
  stop(): Promise<void>
  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Log what the connections of a server, a client or a pool send and receive, and how they open and close. Of TLS
 * connections the bytes inside are logged. Neither the connections nor their program are changed: this subscribes
 * to the channels of `observe`. Connections that are open already are logged from their next bytes on.
 *
 * @param target a `Server`, `Client`, `Pool` or `Connection`; or an array of them
 * @param log a file, for which `createLog` is called; or a log that is there, which several may share
 * @param options those of `createLog` are for a file
 * @returns rejects with an OptionError for options of a file that are passed with a log, and else as `createLog` does
 */
export function logTraffic(
  target: object | readonly object[],
  log: string | SessionLog,
  options: TrafficLogOptions = {},
): Promise<TrafficLog> {
  return handled(startLogging(target, log, options))
}

async function startLogging(
  target: object | readonly object[],
  log: string | SessionLog,
  options: TrafficLogOptions,
): Promise<TrafficLog> {
  const targets: readonly unknown[] = Array.isArray(target) ? target : [target]
  if (!targets.every(isObject)) {
    throw invalid('target', 'is no object: it takes a server, a client, a pool or a connection')
  }
  checkOptions(options, trafficNames)
  const { details, ...ofFile } = options
  const isOurs = typeof log === 'string'
  const [misplaced] = isOurs ? [] : Object.keys(ofFile)
  if (misplaced !== undefined) {
    throw invalid(misplaced, 'is for a file: the log that was passed has its own')
  }
  const session = isOurs ? await createLog(log, ofFile) : log
  const watch = watchTraffic(new Set(targets), session, details)
  const stop = async (): Promise<void> => {
    watch.end()
    await (isOurs ? session.close() : session.flush())
  }
  return {
    log: session,
    numberOf: watch.numberOf,
    event: watch.event,
    sendingByHand: watch.sendingByHand,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
