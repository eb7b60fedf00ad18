import type { CommanderError } from 'commander'
import { UsageError } from '../failure.js'
import { nearest } from './nearest.js'

const commands = new Set([
  'serve',
  'workbench',
  'connect',
  'inspect',
  'proxy',
  'record',
  'replay',
  'log',
  'cert',
])

/**
 * Commander's errors as ours: what is wrong, and what to do.
 *
 * @param words the command line
 */
export function explainUsage(error: CommanderError, words: readonly string[]): UsageError {
  const named = words.find((word) => !word.startsWith('-') && word !== 'help')
  const help = `see hawser ${named !== undefined && commands.has(named) ? `${named} ` : ''}--help`
  // `hawser help nonsense` is no error to commander: it prints the help of all.
  if (error.code === 'commander.help') return unknownCommand(named ?? '', help)
  if (error.code === 'commander.unknownCommand' && named !== undefined && /[\d:]/.test(named)) {
    return new UsageError(
      `unknown command ${named}`,
      `write hawser serve ${named} or hawser connect ${named}`,
    )
  }
  if (error.code === 'commander.unknownCommand' && named !== undefined) {
    return unknownCommand(named, help)
  }
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split(/\s*\n\s*/)
  const match = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(suggestion ?? '')
  return new UsageError(
    what.replaceAll("'", '').replaceAll('. ', ', ').replace(/\.$/, ''),
    match === null ? help : `did you mean ${match[1]}? (${help})`,
  )
}

/** Topics of `hawser help` are no commands to commander, which would not propose them. */
function unknownCommand(named: string, help: string): UsageError {
  const meant = nearest(named, [...commands, 'framing', 'help'])
  const remedy = meant === undefined ? help : `did you mean ${meant}? (${help})`
  return new UsageError(`unknown command ${named}`, remedy)
}
