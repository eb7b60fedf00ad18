import { type Command, Option } from 'commander'
import { parseHexadecimal } from '../arguments/bytes/hexadecimal.js'
import { parseCount, parsePositive } from '../arguments/count.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import { assertMaxFrame, parseFraming } from '../arguments/framing/parse.js'
import { logExamples } from '../arguments/help.js'
import { addMask, type MaskFlags, readExpression } from '../arguments/flags/mask-flags.js'
import { addEscapes, readText, spelled } from '../arguments/flags/send-flags.js'
import { parseSize } from '../arguments/size.js'
import { UsageError } from '../failure.js'
import type { LogCommandOptions } from './options.js'

/** What a search takes. */
const longestPattern = 4_096

interface LogFlags extends MaskFlags {
  follow?: true
  connection?: number
  last?: number
  /** Text, until it is known whether it has escapes; or bytes, or an expression. */
  find?: string | Uint8Array | RegExp
  escapes?: true
  framing?: FramingChoice
  maxFrame?: number
  pcapng?: string
  json?: true
  text?: true
  hex?: true
}

/** Add `hawser log`. */
export function addLog(program: Command, act: (options: LogCommandOptions) => Promise<void>): void {
  const heading = 'How it shows it:'
  const text = new Option('--find <text>', 'those in which this ends, however it was cut')
  const hex = new Option('--find-hex <bytes>', 'the same with bytes, such as "01 03 0a"')
  const regex = new Option(
    '--find-regex <regex>',
    'the same with a regular expression, a byte a character',
  )
  text.argParser(once('--find', (value) => value))
  hex.argParser(once('--find-hex', parseBytes))
  regex.argParser(once('--find-regex', parseExpression))
  // One place to look in for all of them.
  hex.attributeName = () => 'find'
  regex.attributeName = () => 'find'
  const command = program
    .command('log')
    .summary('show a session log, search it, follow it')
    .description(
      'Show what is in a session log: the bytes of connections, and what happened to them.',
    )
    .argument('<file>', 'a log, one of its files, or a folder with one log')
    .addHelpText('after', logExamples)
    .optionsGroup('What it shows:')
    .option('-F, --follow', 'go on with what is written from now on')
    .option('--last <n>', 'the last rows only', parsePositive('--last'))
    .option('--connection <n>', 'those of one connection', parseCount('--connection'))
    .addOption(text)
    .addOption(hex)
    .addOption(regex)
  addEscapes(command, 'in --find')
  command
    .optionsGroup(heading)
    .addOption(
      new Option(
        '-f, --framing <how>',
        'messages instead of what each read brought; see hawser help framing',
      ).argParser(parseFraming),
    )
    .option('--max-frame <size>', 'the largest message (default: 1MiB)', parseSize('--max-frame'))
    .option('--json', 'print each row as a JSON object')
    .option('--text', 'nothing but what was said, as lines of text: < in, > out')
    .option('--hex', 'print the bytes')
    .option('--pcapng <file>', 'write it for Wireshark; - is stdout')
  addMask(command, 'in all of these')
  command
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(heading))
    .action((place: string, flags: LogFlags) => act(readLog(place, flags)))
}

function readPattern(option: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0 && bytes.length <= longestPattern) return bytes
  throw new UsageError(`${option} has ${bytes.length} bytes`, `write 1 to ${longestPattern}`)
}

/** All of them look for one thing. */
function once<Value>(
  option: string,
  read: (text: string) => Value,
): (text: string, previous: unknown) => Value {
  return (text, previous) => {
    if (previous === undefined) return read(text)
    throw new UsageError(
      `${option} comes behind another search`,
      'leave one of them out: --find, --find-hex or --find-regex',
    )
  }
}

function parseBytes(text: string): Uint8Array {
  const bytes = spelled('--find-hex', () => parseHexadecimal(text))
  return readPattern('--find-hex', bytes)
}

function parseExpression(text: string): RegExp {
  const expression = readExpression('--find-regex', text)
  if (!expression.test('')) return expression
  throw new UsageError(
    `--find-regex ${JSON.stringify(text)} matches nothing as well`,
    'write + where it has *',
  )
}

function readFind({ find, escapes }: LogFlags): Uint8Array | RegExp | undefined {
  if (typeof find !== 'string') return find
  return readPattern('--find', readText('--find', find, escapes).bytes)
}

/** Only one of them says what is written. */
function refuseSeveral({ pcapng, framing, json, text, hex }: LogFlags): void {
  const forms = Object.entries({ '--pcapng': pcapng, '--text': text, '--json': json })
  // What Wireshark gets are the bytes as they came.
  const others = pcapng === undefined ? {} : { '--framing': framing }
  const bytes = json === undefined ? { '--hex': hex } : {}
  const given = [...forms, ...Object.entries({ ...others, ...bytes })]
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
  if (given.length < 2) return
  throw new UsageError(`${given[0]} and ${given[1]} do not go together`, 'leave one of them out')
}

function readLog(place: string, flags: LogFlags): LogCommandOptions {
  const { follow, framing } = flags
  refuseSeveral(flags)
  if (framing !== undefined) assertMaxFrame(framing, flags.maxFrame)
  return {
    place,
    follow: follow ?? false,
    connection: flags.connection,
    last: flags.last,
    find: readFind(flags),
    mask: flags.mask,
    framing,
    maxFrame: flags.maxFrame,
    pcapng: flags.pcapng,
    json: flags.json ?? false,
    text: flags.text ?? false,
    hex: flags.hex ?? false,
  }
}
