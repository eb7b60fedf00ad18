import { stat } from 'node:fs/promises'
import path from 'node:path'
import { steadyClock } from '../../connection/time/steady-clock.js'
import { LogError } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import type { Clock } from '../../policy/clock.js'
import { handled } from '../../promises.js'
import { readFailure } from '../files/log-errors.js'
import { findLogs, findSegments } from '../files/segments.js'
import type { LogReader } from './log-reader.js'
import { LogScan } from './log-scan.js'
import { ReadingLog } from './reading-log.js'

/** How a log is opened. */
export interface OpenLogOptions {
  /** Where time comes from, for `follow`. Default: the system. */
  readonly clock?: Clock | undefined
  /** Gives up, with `HAWSER_ABORTED`. */
  readonly signal?: AbortSignal | undefined
}

const openNames: NamesOf<OpenLogOptions> = { clock: true, signal: 'signal' }

/**
 * Read a session log, while it is written or afterwards. It is walked once from block to block, which takes
 * 20 ms for each GB, and what a crash cut off at its end is left out. Memory is bounded whatever its size, also
 * for the file of a stranger.
 *
 * @param place a file, one of the files of a log that was rotated, which opens all of them, or a folder with
 *   one log in it
 * @returns rejects with a LogError `HAWSER_LOG_INVALID` for what is no session log, and `HAWSER_LOG_FAILED` when it
 *   cannot be read
 */
export function openLog(place: string, options: OpenLogOptions = {}): Promise<LogReader> {
  return handled(open(place, options))
}

async function open(place: string, options: OpenLogOptions): Promise<LogReader> {
  checkOptions(options, openNames)
  if (typeof place !== 'string' || place === '') {
    throw invalid('place', 'is empty: it takes the path of a log')
  }
  const scan = new LogScan(await findLog(path.resolve(place)))
  try {
    await scan.run(options.signal)
  } catch (cause) {
    await scan.close()
    throw cause
  }
  return new ReadingLog(scan, steadyClock(options.clock))
}

async function findLog(place: string): Promise<string> {
  const found = await stat(place).catch((cause: NodeJS.ErrnoException) => cause)
  if (found instanceof Error) {
    if (found.code === 'ENOENT' && (await findSegments(place)).length > 0) return place
    throw readFailure(place, found)
  }
  if (!found.isDirectory()) return place
  const logs = await findLogs(place)
  const [only] = logs
  if (only !== undefined && logs.length === 1) return only
  const names = logs.slice(0, 5).map((log) => path.basename(log))
  const what = `the folder ${place} has ${logs.length === 0 ? 'no log' : `${logs.length} logs`}`
  throw new LogError('HAWSER_LOG_FAILED', what, {
    op: 'open',
    remedy: `pass the name of a file${names.length > 0 ? `: ${names.join(', ')}` : ''}`,
  })
}
