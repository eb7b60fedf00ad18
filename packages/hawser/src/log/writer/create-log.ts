import path from 'node:path'
import { steadyClock } from '../../connection/time/steady-clock.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import { handled } from '../../promises.js'
import { warn } from '../../report.js'
import { takeLock } from '../files/lock.js'
import { isSegment } from '../files/segments.js'
import { createFinders } from '../mask/mask-rule.js'
import { openLast } from './last-segment.js'
import { openFailure } from '../files/log-errors.js'
import { checkSizes, logNames, type LogOptions, type LogSizes } from './log-options.js'
import { SegmentFile } from './segment-file.js'
import type { SessionLog } from './session-log.js'
import { WritingLog } from './writing-log.js'

/**
 * Write a session log: the bytes of connections and what happened to them, with their times, in one file
 * (docs/session-log.md). A file that is there is continued behind its last whole row; a part of one, which
 * a crash left, is cut off. The file is made for its owner alone (mode 0600), because a log holds secrets.
 *
 * Rows are copied into blocks of at most 1 MiB or 8,192 rows, and written in the background, 50 ms after the
 * first one at the latest. Logging never throws and never waits: when the disk is too slow, rows are left
 * out and counted, in the log as well; when it is full, the log stops and `onError` is called.
 *
 * @param file its name should end in `.hawser`. `name.hawser.lock` beside it says who writes to it
 * @returns rejects with an OptionError for an option that cannot work, a LogError `HAWSER_LOG_LOCKED` when
 *   another log writes to the file, `HAWSER_LOG_INVALID` when the file is something else or is damaged, and
 *   `HAWSER_LOG_FAILED` when it cannot be opened
 */
export function createLog(file: string, options: LogOptions = {}): Promise<SessionLog> {
  return handled(openLog(file, options))
}

async function openLog(file: string, options: LogOptions): Promise<SessionLog> {
  checkOptions(options, logNames)
  const sizes = checkSizes(options)
  checkName(file, sizes)
  const { sync = false, mask = [], onError = warn } = options
  const finders = createFinders(mask)
  const clock = steadyClock(options.clock)
  const resolved = path.resolve(file)
  let unlock: (() => void) | undefined
  try {
    unlock = takeLock(resolved)
    const last = await openLast(resolved, sizes.rotate !== Infinity)
    const { segment, id, lastTime } = last
    return new WritingLog({
      file,
      files: new SegmentFile({ file: resolved, id, ...sizes }, segment, last.handle),
      place: { segment, ...last.place },
      lastTime,
      clock,
      sync,
      finders,
      ...sizes,
      onError,
      unlock,
    })
  } catch (cause) {
    unlock?.()
    throw openFailure(file, cause)
  }
}

function checkName(file: string, { rotate }: LogSizes): void {
  if (typeof file !== 'string' || file === '') {
    throw invalid('file', 'is empty: it takes the path of a file')
  }
  if (isSegment(file)) {
    const text = `is ${path.basename(file)}, one of the files of a log: pass the name without its number`
    throw invalid('file', text)
  }
  if (rotate !== Infinity && !file.endsWith('.hawser')) {
    throw invalid('file', `is ${path.basename(file)}: with rotate, its name has to end in .hawser`)
  }
}
