import type { Command } from 'commander'
import { recordExamples } from '../arguments/help.js'
import type { ProxyOptions } from './options.js'
import { addOutput, addWays, type ProxyCommandFlags, readProxyOptions } from './proxy-command.js'

/** Add `hawser record`: a proxy that breaks nothing, and always writes a session log. */
export function addRecord(program: Command, act: (options: ProxyOptions) => Promise<void>): void {
  const command = program
    .command('record')
    .summary('write what clients and a server say to a session log')
    .description('Stand between clients and a server, and write what they say to a session log.')
    .argument('<listen>', 'where clients connect to')
    .argument('<target>', 'where the server is')
    .requiredOption('-o, --output <file>', 'the session log; one that is there is continued')
    .addHelpText('after', recordExamples)
    .action(
      (listen: string, target: string, flags: ProxyCommandFlags & { readonly output: string }) =>
        act(readProxyOptions(listen, target, { ...flags, log: flags.output })),
    )
  addWays(command)
  addOutput(command, false)
}
