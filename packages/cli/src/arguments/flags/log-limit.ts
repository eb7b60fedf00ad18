import { Option } from 'commander'
import { UsageError } from '../../failure.js'
import { parseSize } from '../size.js'

/** What a log needs whose oldest rows are deleted. */
const least = 16 * 1024 ** 2

/** `--log-limit`: what the session log of a page may take on the disk. */
export function logLimitOption(): Option {
  const help =
    'what it may take on the disk, or off: its oldest rows are deleted (default: 1GiB, of one that is deleted)'
  return new Option('--log-limit <size>', help).argParser(parseLogLimit)
}

/** @throws UsageError */
function parseLogLimit(text: string): number {
  if (text === 'off') return Infinity
  const limit = parseSize('--log-limit')(text)
  if (limit >= least) return limit
  throw new UsageError(`--log-limit is 16MiB or more, not ${text}`, 'write 64MiB or 1GiB, or off')
}
