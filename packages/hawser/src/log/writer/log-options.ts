import { invalid, show } from '../../options/invalid.js'
import { atLeast } from '../../options/numbers.js'
import type { NamesOf } from '../../options/option-names.js'
import type { HandlerError, LogError } from '../../errors.js'
import type { MaskRule } from '../mask/mask-rule.js'
import type { Clock } from '../../policy/clock.js'

/** How a session log is written. */
export interface LogOptions {
  /**
   * Whether fdatasync(2) is called each second, so that a machine that loses its power loses a second of the
   * log. Default false: a process that crashes loses at most what it logged in the last 50 ms.
   */
  readonly sync?: boolean | undefined
  /**
   * Bytes after which another file is begun, 65,536 or more: `name.000001.hawser`, `name.000002.hawser`, …
   * The name of the log has to end in `.hawser` then. Default `Infinity`, which is one file, `name.hawser`.
   */
  readonly rotate?: number | undefined
  /**
   * Bytes that all files of a log with `rotate` may have together, at least twice `rotate`: the oldest are
   * deleted, so that a log that is never stopped does not fill the disk. Default `Infinity`.
   */
  readonly keep?: number | undefined
  /**
   * Bytes of memory for rows that wait for the disk, 4 MiB or more. Rows beyond it are not logged, and the
   * log says how many: a slow disk does not slow the traffic. Default 16 MiB.
   */
  readonly memory?: number | undefined
  /**
   * What must not be in the log: passwords, tokens. It is replaced by `*` before anything is written, also where it
   * came in several pieces. When a rule fails, its connection is not logged any more. Default: nothing.
   */
  readonly mask?: readonly MaskRule[] | undefined
  /** Where time comes from. Default: the system. */
  readonly clock?: Clock | undefined
  /**
   * Gets the error when the log stops: the disk is full, for instance; and the first one of a mask that fails.
   * Default: a process warning.
   */
  readonly onError?: ((error: LogError | HandlerError) => void) | undefined
}

/** The names of the options in {@link LogOptions}. */
export const logNames: NamesOf<LogOptions> = {
  sync: true,
  rotate: true,
  keep: true,
  memory: true,
  mask: true,
  clock: true,
  onError: 'function',
}

/** The sizes, checked. */
export interface LogSizes {
  readonly rotate: number
  readonly keep: number
  readonly memory: number
}

/** @throws OptionError */
export function checkSizes(options: LogOptions): LogSizes {
  const rotate = atLeast('rotate', options.rotate ?? Infinity, 65_536)
  const keep = atLeast('keep', options.keep ?? Infinity, 0)
  const memory = atLeast('memory', options.memory ?? 16 * 1024 * 1024, 4 * 1024 * 1024)
  if (keep < 2 * rotate && keep !== Infinity) {
    throw invalid(
      'keep',
      `is ${show(keep)}: it takes at least twice rotate, which is ${show(rotate)}`,
    )
  }
  return { rotate, keep, memory }
}
