import { type Command, Option } from 'commander'
import { inspectExamples } from '../arguments/help.js'
import { addMask, type MaskFlags, readExpression } from '../arguments/flags/mask-flags.js'
import { UsageError } from '../failure.js'
import { type Only, parseOnly } from './watch/only.js'
import { parsePositive } from '../arguments/count.js'
import type { InspectOptions, InspectTarget } from './options.js'

/** What the command line says. */
export interface InspectFlags extends MaskFlags {
  pid?: number
  yes?: true
  http2?: true
  only?: Only[]
  grep?: RegExp
  json?: true
  hex?: true
  log?: string
  output?: string
  quiet?: true
}

/**
 * Add `hawser inspect`.
 *
 * @param behind what stands behind `--`
 */
export function addInspect(
  program: Command,
  behind: readonly string[],
  act: (options: InspectOptions) => Promise<void>,
): void {
  const heading = 'What it shows:'
  const command = program
    .command('inspect')
    .summary('show every TCP conversation of a Node.js program')
    .description(
      'Run a Node.js program that was not changed for it, and show every TCP conversation of it and its children.',
    )
    .usage('[options] -- <command...>\n       hawser inspect [options] --pid <n>')
    .argument('[command...]', 'the program and its words: node app.js')
    .addHelpText('after', inspectExamples)
    .optionsGroup('What it watches:')
    .option('--pid <n>', 'a process that runs already', parsePositive('--pid'))
    .option('-y, --yes', 'do not ask before that process is sent a signal')
    .optionsGroup(heading)
    .addOption(
      new Option(
        '--only <what>',
        "connections of 'port=5432', host=, pid=, role=, path=; repeatable",
      ).argParser(collectOnly),
    )
    .addOption(
      new Option('--grep <regex>', 'messages that have a match, a byte a character').argParser(
        parseGrep,
      ),
    )
    .option('--http2', 'the frames of HTTP/2, which changes a little of how it behaves')
    .option('--log <file>', 'write all of it to a session log as well')
  addMask(command, 'in what is shown and logged')
  command
    .option('--output <file>', 'show it in a file, and not on stderr')
    .option('--json', 'print one JSON object a line')
    .option('--hex', 'print the bytes of messages')
    .option('-q, --quiet', 'print only what is not seen, errors and the sum')
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
    .action((words: string[], flags: InspectFlags) =>
      act(readInspect([...words, ...behind], flags)),
    )
}

function collectOnly(text: string, previous: Only[] | undefined): Only[] {
  return [...(previous ?? []), parseOnly(text)]
}

function parseGrep(text: string): RegExp {
  const expression = readExpression('--grep', text)
  if (!expression.test('')) return expression
  throw new UsageError(
    `--grep ${JSON.stringify(text)} matches nothing as well`,
    'write + where it has *',
  )
}

/** @throws UsageError where there is nothing to watch, or two things */
function readTarget(words: readonly string[], { pid, yes }: InspectFlags): InspectTarget {
  const [name, ...rest] = words
  if (pid !== undefined) {
    if (name === undefined) return { kind: 'process', pid, isSure: yes ?? false }
    throw new UsageError('--pid and a command do not go together', 'leave one of them out')
  }
  if (name !== undefined) return { kind: 'command', command: [name, ...rest] }
  throw new UsageError(
    'there is nothing to watch',
    'write hawser inspect -- node app.js, or hawser inspect --pid 4711',
  )
}

/** @throws UsageError where there is nothing to watch */
export function readInspect(words: readonly string[], flags: InspectFlags): InspectOptions {
  return {
    target: readTarget(words, flags),
    http2: flags.http2 ?? false,
    only: flags.only,
    grep: flags.grep,
    json: flags.json ?? false,
    hex: flags.hex ?? false,
    mask: flags.mask,
    log: flags.log,
    output: flags.output,
    quiet: flags.quiet ?? false,
  }
}
