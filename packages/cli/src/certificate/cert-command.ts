import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { CertOptions } from './options.js'
import { UsageError } from '../failure.js'
import { parsePositive } from '../arguments/count.js'
import { certExamples } from '../arguments/help.js'
import { collectList } from '../arguments/list.js'

/** Apple's systems take no more of a certificate that the user trusts by hand. */
const mostDays = 825

interface CertFlags {
  name?: string[]
  days?: number
  out?: string
  force?: true
  print?: true
  json?: true
}

/** Add `hawser cert`. */
export function addCert(program: Command, act: (options: CertOptions) => Promise<void>): void {
  program
    .command('cert')
    .summary('make the certificate of serve --tls, and show how to trust it')
    .description(
      'Make a self-signed development certificate for localhost and this machine, or keep the one there is.',
    )
    .option('--name <list>', 'further DNS names and IP addresses', collectList)
    .option('--days <n>', `how long it is good, at most ${mostDays} (default: 365)`, parseDays)
    .option('--out <dir>', 'keep it there instead of in your cache folder')
    .option('--force', 'make a new one, and a new key, whatever there is')
    .addOption(
      new Option('--print', 'print the file name of the certificate only').conflicts('json'),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', certExamples)
    .action(async (flags: CertFlags) => {
      await act({
        names: flags.name ?? [],
        days: flags.days,
        folder: flags.out === undefined ? undefined : resolve(flags.out),
        force: flags.force ?? false,
        json: flags.json ?? false,
        print: flags.print ?? false,
      })
    })
}

function parseDays(text: string): number {
  const days = parsePositive('--days')(text)
  if (days <= mostDays) return days
  throw new UsageError(`--days is ${text}`, `write ${mostDays} or fewer`)
}
