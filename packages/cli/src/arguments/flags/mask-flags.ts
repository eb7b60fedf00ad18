import { type Command, Option } from 'commander'
import { UsageError } from '../../failure.js'

/** Secrets to be replaced by `*`. */
export interface MaskFlags {
  /** Regular expressions, each of which is one. */
  mask?: string[]
}

/**
 * Add `--mask`.
 *
 * @param where what has none of them then
 */
export function addMask(command: Command, where: string): void {
  command.addOption(
    new Option(
      '--mask <regex>',
      `put * for its groups, or for all of it, ${where}; repeatable`,
    ).argParser(collectMask),
  )
}

/** @throws UsageError for what is no regular expression; how long a match may be is seen when it is used */
function collectMask(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), readExpression('--mask', text).source]
}

/** @throws UsageError */
export function readExpression(option: string, text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: /, '')
    throw new UsageError(
      `${option} is no regular expression: ${why}`,
      'write one of JavaScript, a byte a character',
    )
  }
}
