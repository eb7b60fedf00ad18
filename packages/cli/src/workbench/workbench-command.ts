import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { completeEndpoint } from '../arguments/endpoint.js'
import { logLimitOption } from '../arguments/flags/log-limit.js'
import { addMask, type MaskFlags } from '../arguments/flags/mask-flags.js'
import { workbenchExamples } from '../arguments/help.js'
import { UsageError } from '../failure.js'
import type { WorkbenchCommandOptions } from './options.js'

interface WorkbenchFlags extends MaskFlags {
  page?: string
  pageOpen?: true
  allowRun?: true
  open?: true
  log?: string
  logLimit?: number
}

/** Add `hawser workbench`. */
export function addWorkbench(
  program: Command,
  act: (options: WorkbenchCommandOptions) => Promise<void>,
): void {
  const command = program
    .command('workbench')
    .summary('open a page that runs servers, clients and proxies')
    .description(
      'Serve a page, for a browser on this machine, that runs servers, clients and proxies and shows every conversation.',
    )
    .argument('[path]', 'the folder of a project, or a session log to look at')
    .option('--open', 'open the link in your browser')
    .option('--page <endpoint>', 'where the page is served (default: a free port)')
    .option('--page-open', 'it may be served where other machines reach it')
    .option('--allow-run', 'the page may run programs and watch processes (hawser inspect)')
    .option('--log <file>', 'the session log to write (default: one that is deleted)')
    .addOption(logLimitOption())
  addMask(command, 'in the log and on the page')
  command
    .addHelpOption(new Option('-h, --help', 'print this help'))
    .addHelpText('after', workbenchExamples)
    .action((path: string | undefined, flags: WorkbenchFlags) => {
      const { page = '0', pageOpen, open, log, logLimit, allowRun } = flags
      if (allowRun && pageOpen) {
        throw new UsageError(
          '--allow-run and --page-open do not go together',
          'who reaches the page could run programs on this machine: leave one of them out',
        )
      }
      return act({
        path: path === undefined ? undefined : resolve(path),
        page: completeEndpoint(page, '127.0.0.1'),
        isOpen: pageOpen === true,
        mayRun: allowRun === true,
        opensBrowser: open === true,
        log,
        logLimit,
        mask: flags.mask,
      })
    })
}
