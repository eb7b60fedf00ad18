import { type Command, Option } from 'commander'
import { UsageError } from '../../failure.js'
import { parseHexadecimal } from '../bytes/hexadecimal.js'
import { SpellingError } from '../bytes/spelling-error.js'
import { readTyped, type Typed } from '../bytes/typed.js'

/** Flags that say what to send. */
export interface SendFlags {
  /** Texts and bytes, in the order of the command line. */
  send?: (string | Uint8Array)[]
  escapes?: true
}

/** Add `--send` and `--send-hex`, which may follow each other. */
export function addSend(command: Command): void {
  const hex = new Option(
    '--send-hex <bytes>',
    'the same with bytes, such as "01 03 0a", and no line end',
  ).argParser((text: string, previous?: (string | Uint8Array)[]) => {
    const bytes = spelled('--send-hex', () => parseHexadecimal(text))
    if (bytes.length > 0) return [...(previous ?? []), bytes]
    throw new UsageError('--send-hex has no bytes', 'write two digits for each: 01 0a ff')
  })
  // Both go into one list.
  hex.attributeName = () => 'send'
  command
    .option(
      '--send <text>',
      'send this instead of stdin; may be repeated',
      (text: string, previous?: (string | Uint8Array)[]) => [...(previous ?? []), text],
    )
    .addOption(hex)
}

/** Add `--escapes`. */
export function addEscapes(command: Command, where: string): void {
  command.option('-e, --escapes', String.raw`\xNN, \r, \n, \t, \0, \\ ${where} are bytes`)
}

/** @throws UsageError */
export function readSend({ send, escapes }: SendFlags): Typed[] | undefined {
  return send?.map((one) =>
    typeof one === 'string' ? readText('--send', one, escapes) : { bytes: one, isLine: false },
  )
}

/**
 * A text of an option.
 *
 * @throws UsageError
 */
export function readText(option: string, text: string, escapes: boolean | undefined): Typed {
  return spelled(option, () => readTyped(text, escapes === true))
}

/** @throws UsageError for what is spelled wrong */
export function spelled<Value>(option: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SpellingError)) throw error
    throw new UsageError(`${option}, character ${error.at + 1}: ${error.what}`, error.remedy)
  }
}
