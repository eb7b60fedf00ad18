import { type Command, Option } from 'commander'
import { parseDuration } from '../duration.js'
import { parseByteRate } from '../size.js'

/** How long a server waits for what. Times are milliseconds. */
export interface TimeoutFlags {
  firstByteTimeout?: number
  frameTimeout?: number
  writeTimeout?: number
  minimumRate?: number
  idle?: number
  drain?: number
}

/** Add the options that end connections. */
export function addTimeouts(command: Command): void {
  const time = (name: string, text: string): Option =>
    new Option(`${name} <time>`, text).argParser(parseDuration(name))
  command
    .optionsGroup('How long they may take:')
    .addOption(time('--first-byte-timeout', 'end clients that say nothing (default: off)'))
    .addOption(time('--frame-timeout', 'end those silent within a message (default: 30s)'))
    .addOption(time('--write-timeout', 'reset those that take nothing (default: 30s)'))
    .addOption(
      new Option(
        '--minimum-rate <rate>',
        'end those slower within a message or a write (default: 240 bytes a second)',
      ).argParser(parseByteRate('--minimum-rate')),
    )
    .addOption(time('--idle', 'end connections on which nothing moves (default: off)'))
    .addOption(
      new Option(
        '--drain <time>',
        'how long Ctrl-C waits for work under way (default: 15s)',
      ).argParser(parseDuration('--drain', 0)),
    )
}
