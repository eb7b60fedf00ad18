import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { parseDuration } from '../../arguments/duration.js'
import { addMask, type MaskFlags } from '../../arguments/flags/mask-flags.js'
import { runExamples } from '../../arguments/help.js'
import type { RunCommandOptions } from './run-options.js'

interface RunFlags extends MaskFlags {
  for?: number
  trust?: true
  json?: true
  log?: string
}

/** Add `hawser run`. */
export function addRun(program: Command, act: (options: RunCommandOptions) => Promise<void>): void {
  const command = program
    .command('run')
    .summary('run a project of the workbench without a page')
    .description(
      'Start the servers, proxies and clients of a folder, play its messages and sequences, and end with an exit code that says whether what was expected came.',
    )
    .argument('<folder>', 'the folder of a project')
    .option(
      '--for <time>',
      'how long it runs (default: until all that is expected is known)',
      parseDuration('--for'),
    )
    .option('--trust', 'run the code in responders/, which has all your rights')
    .option('--log <file>', 'the session log to write (default: one that is deleted)')
    .option('--json', 'print an object a line')
  addMask(command, 'in the log')
  command
    .addHelpOption(new Option('-h, --help', 'print this help'))
    .addHelpText('after', runExamples)
    .action((folder: string, { for: limit, trust, json, log, mask }: RunFlags) =>
      act({
        folder: resolve(folder),
        for: limit,
        trusts: trust === true,
        json: json === true,
        log,
        mask,
      }),
    )
}
