import type { Definition } from '@hawser/workbench'
import { Command, CommanderError } from 'commander'
import { explainUsage } from '../arguments/usage.js'
import { splitWords as partWords } from '../arguments/behind-dashes.js'
import { addConnect } from '../connect/connect-command.js'
import { UsageError } from '../failure.js'
import { addInspect } from '../inspect/inspect-command.js'
import { addProxyCommand } from '../proxy/proxy-command.js'
import { addServe } from '../serve/serve-command.js'
import { fromConnect, fromInspect, fromProxy, fromServe } from './from-options.js'
import { readNcLine } from './nc-line.js'
import { splitWords } from './words.js'

/** What a session has of the flags of each command; how things are shown is the page's affair. */
const shown = ['json', 'hex', 'quiet']
const common = ['framing', 'maxFrame', 'idle', ...shown]
const known: Readonly<Record<string, ReadonlySet<string>>> = {
  serve: new Set([
    ...common,
    ...['echo', 'chat', 'greeting', 'escapes', 'maxConnections', 'tls', 'cert', 'key', 'ca'],
    ...['page', 'pageOpen', 'logLimit'],
  ]),
  connect: new Set([...common, 'tls', 'ca', 'servername', 'insecure', 'reconnect']),
  inspect: new Set(['pid', 'yes', 'http2', 'only', ...shown]),
  proxy: new Set([...common, 'fault', 'seed', 'tlsIn', 'tlsOut']),
}

/** A line as toLine has it, whose folder is that of the program. */
const inFolder = /^(?:\s*cd\s+(\S.*?)\s+&&\s)?([^]*)$/

/**
 * What a `hawser …`, `nc …` or `telnet …` line asks for. It is read, and nothing of it is run.
 *
 * @throws UsageError
 */
export function parseLine(line: string): Definition {
  // With the prompt, as they are copied from a terminal, and as the command itself suggests them.
  const [, folder, command] = inFolder.exec(line.replace(/^\s*[$%#>]\s+/, '')) ?? []
  const definition = parseCommand(command ?? '')
  if (folder === undefined) return definition
  const [path, ...more] = splitWords(folder)
  if (path !== undefined && more.length === 0 && definition.kind === 'program') {
    if (definition.pid === undefined) return { ...definition, folder: path }
  }
  throw new UsageError('cd is for hawser inspect -- COMMAND alone', 'leave it out')
}

function parseCommand(line: string): Definition {
  const words = splitWords(line)
  if (words[0] === 'npx') {
    words.shift()
    while (words[0]?.startsWith('-')) words.shift()
  }
  const [program = '', ...rest] = words
  const name = program.replace(/^.*\//, '')
  if (name === 'hawser' || name === '@hawser/cli') return parseHawser(rest)
  if (['nc', 'ncat', 'netcat', 'telnet'].includes(name)) return readNcLine(name, rest)
  throw new UsageError(
    program === '' ? 'there is nothing to read' : `${program} is not known here`,
    'write hawser serve 8000, hawser connect 8000, hawser proxy 9000 8000, nc HOST PORT or telnet HOST PORT',
  )
}

function parseHawser(all: readonly string[]): Definition {
  const { own: words, behind } = partWords(all)
  const found: Definition[] = []
  const program = new Command('hawser').exitOverride().helpOption(false).helpCommand(false)
  const silent = (): void => {}
  program.configureOutput({ writeOut: silent, writeErr: silent, outputError: silent })
  const keep = (definition: Definition): Promise<void> => {
    found.push(definition)
    return Promise.resolve()
  }
  addServe(program, (options) => keep(fromServe(options)))
  addConnect(program, (options) => keep(fromConnect(options)))
  addInspect(program, behind, (options) => keep(fromInspect(options)))
  addProxyCommand(program, (options) => keep(fromProxy(options)))
  for (const command of program.commands) {
    command.exitOverride().hook('preAction', (_, acting) => assertKnown(acting))
  }
  try {
    program.parse([...words], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) throw explain(error, words)
    throw error
  }
  const [definition] = found
  if (definition !== undefined) return definition
  throw explain(undefined, words)
}

/** @throws UsageError for a flag that a session has no place for */
function assertKnown(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName()
    if (command.getOptionValueSource(name) !== 'cli') continue
    if (known[command.name()]?.has(name) === true) continue
    throw new UsageError(
      `${option.long ?? option.short ?? name} is nothing that a session of the workbench has`,
      'leave it out, or run the line in a terminal',
    )
  }
}

function explain(error: CommanderError | undefined, words: readonly string[]): UsageError {
  const [command = ''] = words
  if (error?.exitCode === 0) return new UsageError('--help is for a terminal', 'leave it out')
  if (error !== undefined && Object.hasOwn(known, command)) {
    return explainUsage(error, words)
  }
  return new UsageError(
    command === '' ? 'hawser says nothing yet' : `hawser ${command} is no session`,
    'write hawser serve 8000, hawser connect 8000, hawser proxy 9000 8000 or hawser inspect -- node app.js',
  )
}
