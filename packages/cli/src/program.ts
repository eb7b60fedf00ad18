import { Command } from 'commander'
import type { CertOptions } from './certificate/options.js'
import type { InspectOptions } from './inspect/options.js'
import { addInspect } from './inspect/inspect-command.js'
import type { ConnectOptions } from './connect/options.js'
import type { ProxyOptions } from './proxy/options.js'
import type { ReplayOptions } from './replay/options.js'
import type { ServeOptions } from './serve/options.js'
import { addCert } from './certificate/cert-command.js'
import { addConnect } from './connect/connect-command.js'
import { framingExplanation } from './arguments/framing/explanation.js'
import { mainExamples } from './arguments/help.js'
import { addProxyCommand } from './proxy/proxy-command.js'
import { addLog } from './log/log-command.js'
import type { LogCommandOptions } from './log/options.js'
import { addRecord } from './proxy/record-command.js'
import { addReplay } from './replay/replay-command.js'
import { addServe } from './serve/serve-command.js'
import type { WorkbenchCommandOptions } from './workbench/options.js'
import { addRun } from './workbench/project/run-command.js'
import type { RunCommandOptions } from './workbench/project/run-options.js'
import { addWorkbench } from './workbench/workbench-command.js'

const widestHelp = 80

/** What a command line asks for. Each settles with the exit code. */
export interface Actions {
  serve(options: ServeOptions): Promise<void>
  connect(options: ConnectOptions): Promise<void>
  proxy(options: ProxyOptions): Promise<void>
  inspect(options: InspectOptions): Promise<void>
  replay(options: ReplayOptions): Promise<void>
  cert(options: CertOptions): Promise<void>
  log(options: LogCommandOptions): Promise<void>
  workbench(options: WorkbenchCommandOptions): Promise<void>
  run(options: RunCommandOptions): Promise<void>
}

/**
 * The command line's grammar.
 *
 * @param behind the words of a command to be run, behind `--`
 */
export function createProgram(
  version: string,
  actions: Actions,
  behind: readonly string[] = [],
): Command {
  const program = new Command('hawser')
  const silent = (): void => {}
  program
    .description('Serve, watch and talk to TCP endpoints from a terminal.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command, or of framing')
    .addHelpText('after', mainExamples)
    .exitOverride()
    .configureOutput({
      writeErr: silent,
      outputError: silent,
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
    })
    .configureHelp({ sortOptions: false })
  addServe(program, (options) => actions.serve(options))
  addWorkbench(program, (options) => actions.workbench(options))
  addRun(program, (options) => actions.run(options))
  addConnect(program, (options) => actions.connect(options))
  addProxyCommand(program, (options) => actions.proxy(options))
  addInspect(program, behind, (options) => actions.inspect(options))
  addRecord(program, behind, {
    proxy: (options) => actions.proxy(options),
    inspect: (options) => actions.inspect(options),
  })
  addReplay(program, (options) => actions.replay(options))
  addLog(program, (options) => actions.log(options))
  addCert(program, (options) => actions.cert(options))
  addTopic(program, 'framing', framingExplanation)
  return program
}

/** What `hawser help TOPIC` explains that is no command. */
function addTopic(program: Command, name: string, explanation: string): void {
  const topic = program.command(name, { hidden: true }).helpOption('-h, --help')
  topic.helpInformation = () => explanation
  topic.action(() => topic.help())
}

/** Options, which commander wraps, are no wider than the examples below them, which it does not. */
function helpWidth(): number {
  return Math.min(process.stdout.columns ?? widestHelp, widestHelp)
}
