import { invalid } from '../../options/invalid.js'
import { handled } from '../../promises.js'
import { createLog } from '../writer/create-log.js'
import type { LogOptions } from '../writer/log-options.js'
import type { SessionLog } from '../writer/session-log.js'
import { watchTraffic } from './watch-traffic.js'

/** Traffic that is being logged: what `logTraffic` makes. */
export interface TrafficLog extends AsyncDisposable {
  /** Where it goes: for `info()`, `flush()`, and events of your own. */
  readonly log: SessionLog
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
 * @param target a `Server`, `Client`, `Pool` or `Connection`
 * @param log a file, for which `createLog` is called; or a log that is there, which several may share
 * @param options those of `createLog`, for a file
 * @returns rejects as `createLog` does
 */
export function logTraffic(
  target: object,
  log: string | SessionLog,
  options?: LogOptions,
): Promise<TrafficLog> {
  return handled(startLogging(target, log, options))
}

async function startLogging(
  target: object,
  log: string | SessionLog,
  options: LogOptions | undefined,
): Promise<TrafficLog> {
  if (typeof target !== 'object' || target === null) {
    throw invalid('target', 'is no object: it takes a server, a client, a pool or a connection')
  }
  const isOurs = typeof log === 'string'
  if (!isOurs && options !== undefined) {
    throw invalid('options', 'are for a file: the log that was passed has its own')
  }
  const session = isOurs ? await createLog(log, options) : log
  const end = watchTraffic(target, session)
  const stop = async (): Promise<void> => {
    end()
    await (isOurs ? session.close() : session.flush())
  }
  return { log: session, stop, [Symbol.asyncDispose]: stop }
}
