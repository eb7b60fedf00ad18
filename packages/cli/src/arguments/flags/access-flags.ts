import { type Command, Option } from 'commander'
import { parseCount, parsePositive } from '../count.js'
import { collectList } from '../list.js'
import { parseRate, type Rate } from '../rate.js'

/** Who may connect, and how many. */
export interface AccessFlags {
  maxConnections?: number
  atLimit?: 'refuse' | 'pause'
  maxPerAddress?: number
  allow?: string[]
  deny?: string[]
  connectRate?: Rate
}

/** Add the options that refuse connections, or let them wait. */
export function addAccess(command: Command): void {
  command
    .optionsGroup('Who may connect:')
    .option('--max-connections <n>', 'let in no more than this', parseCount('--max-connections'))
    .addOption(
      new Option('--at-limit <what>', 'refuse those beyond it, or let them wait (pause)').choices([
        'refuse',
        'pause',
      ]),
    )
    .option(
      '--max-per-address <n>',
      'refuse more than this from one address',
      parsePositive('--max-per-address'),
    )
    .option('--allow <list>', 'let in only these addresses, blocks, ranges, files', collectList)
    .option('--deny <list>', 'keep out these addresses, blocks, ranges, files', collectList)
    .option(
      '--connect-rate <rate>',
      'refuse an address that connects faster',
      parseRate('--connect-rate'),
    )
}
