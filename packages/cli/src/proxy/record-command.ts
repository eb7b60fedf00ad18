import type { Command } from 'commander'
import { recordExamples } from '../arguments/help.js'
import { UsageError } from '../failure.js'
import { readInspect } from '../inspect/inspect-command.js'
import type { InspectOptions } from '../inspect/options.js'
import type { ProxyOptions } from './options.js'
import { addOutput, addWays, type ProxyCommandFlags, readProxyOptions } from './proxy-command.js'

type RecordFlags = ProxyCommandFlags & { readonly output: string }

/** What it is carried out by. */
interface RecordActions {
  proxy(options: ProxyOptions): Promise<void>
  inspect(options: InspectOptions): Promise<void>
}

/** What is of use for a program that is run, which has no proxy. */
const ofPrograms = new Set(['output', 'mask'])

/**
 * Add `hawser record`: a proxy that breaks nothing, or a program that is watched, and always a session log.
 *
 * @param behind what stands behind `--`
 */
export function addRecord(program: Command, behind: readonly string[], act: RecordActions): void {
  const command = program
    .command('record')
    .summary('write what clients and a server say to a session log')
    .description(
      'Stand between clients and a server, or run a program, and write what is said to a session log.',
    )
    .usage('[options] <listen> <target>\n       hawser record [options] -- <command...>')
    .argument('[listen]', 'where clients connect to')
    .argument('[target]', 'where the server is')
    .requiredOption('-o, --output <file>', 'the session log; one that is there is continued')
    .addHelpText('after', recordExamples)
    .action((listen: string | undefined, target: string | undefined, flags: RecordFlags) => {
      if (behind.length > 0) {
        assertPlain(command, listen)
        const { mask, output: log } = flags
        return act.inspect(readInspect(behind, { ...(mask && { mask }), log, quiet: true }))
      }
      if (listen === undefined || target === undefined) {
        throw new UsageError(
          `there is no ${listen === undefined ? 'place to listen at' : 'target'}`,
          'write hawser record LISTEN TARGET -o FILE, or hawser record -o FILE -- COMMAND',
        )
      }
      return act.proxy(readProxyOptions(listen, target, { ...flags, log: flags.output }))
    })
  addWays(command)
  addOutput(command, false)
}

/** @throws UsageError for what is of no use for a program that is run */
function assertPlain(command: Command, listen: string | undefined): void {
  if (listen !== undefined) {
    throw new UsageError(`${listen} and a command do not go together`, 'leave one of them out')
  }
  const other = command.options.find((option) => {
    const name = option.attributeName()
    return command.getOptionValueSource(name) === 'cli' && !ofPrograms.has(name)
  })
  if (other === undefined) return
  throw new UsageError(
    `${other.long ?? other.flags} is not for a command`,
    'hawser inspect --log FILE -- COMMAND has further options',
  )
}
