import { UsageError } from '../../failure.js'
import { nearest } from '../nearest.js'
import { type FramingChoice, type ModuleChoice, type NamedChoice, nameFraming } from './choice.js'
import {
  checksumNames,
  checksumKinds,
  type FramingForm,
  framingForms,
  lengthNotations,
  moduleKinds,
  type ValueKind,
} from './forms.js'
import { cutParts, divide, type Part, refuse, type Sides } from './parts.js'
import { parseBytes, parseInteger, parseValue, type Value } from './values.js'

const forms: Readonly<Record<string, FramingForm>> = framingForms
const checksumPrefix = 'checksum.'
const explained = 'see hawser help framing'
const spellings = new WeakMap<FramingChoice, string>()

/**
 * What `--framing` says: `NAME[:MAIN][,option=value…]`, such as `lines`, `length:2be,offset=4`,
 * `delim:\r\n`, `fixed:16,checksum=crc32`; or the path of a module, as `./mine.mjs#name`.
 *
 * @throws UsageError
 */
export function parseFraming(text: string): FramingChoice {
  const choice = parse(text)
  spellings.set(choice, text)
  return choice
}

/** How a framing was written. */
export function spellingOf(choice: FramingChoice): string {
  return spellings.get(choice) ?? nameFraming(choice)
}

function parse(text: string): FramingChoice {
  const [head, ...rest] = cutParts(text)
  if (/^(?:\.{0,2}[\\/]|[A-Za-z]:[\\/]|file:)/.test(text)) return parseModule(head!, rest)
  const { name, value: behind } = divide(head!, ':')
  const form = Object.hasOwn(forms, name.text) ? forms[name.text] : undefined
  if (form === undefined) throw unknownName(name)
  const main = parseMain(name, form, behind)
  const values = parseOptions(name.text, kindsOf(form), rest)
  const { checksum: algorithm, ...others } = values
  const options = Object.entries(others).filter(([option]) => !option.startsWith(checksumPrefix))
  const ofChecksum = Object.entries(others)
    .filter(([option]) => option.startsWith(checksumPrefix))
    .map(([option, value]) => [option.slice(checksumPrefix.length), value])
  const choice = {
    kind: name.text,
    main,
    options: Object.fromEntries(options),
    ...(algorithm === undefined
      ? {}
      : { checksum: { algorithm, ...Object.fromEntries(ofChecksum) } }),
  }
  // The forms say which values there are, and of which type.
  return choice as unknown as NamedChoice
}

function parseModule({ text }: Part, rest: readonly Part[]): ModuleChoice {
  const [, path = text, name] = /^([^]+)#([\p{ID_Continue}$]+)$/u.exec(text) ?? []
  const options: ModuleChoice['options'] = parseOptions('a module', moduleKinds, rest)
  return { kind: 'module', path, name: name === 'default' ? undefined : name, options }
}

/** Every option of a framing, with those of the checksum that its messages may carry. */
function kindsOf(form: FramingForm): Record<string, ValueKind> {
  if (!form.isBinary) return form.options
  const ofChecksum = Object.entries(checksumKinds).map(([option, kind]): [string, ValueKind] => [
    `${checksumPrefix}${option}`,
    kind,
  ])
  return { ...form.options, checksum: checksumNames, ...Object.fromEntries(ofChecksum) }
}

function parseOptions(
  framing: string,
  kinds: Readonly<Record<string, ValueKind>>,
  parts: readonly Part[],
): Record<string, Value> {
  const values: Record<string, Value> = {}
  const sides = parts.map((part) => divide(part, '='))
  for (const { name, value } of sides) {
    const kind = Object.hasOwn(kinds, name.text) ? kinds[name.text] : undefined
    if (kind === undefined) throw unknownOption(framing, name, Object.keys(kinds))
    if (Object.hasOwn(values, name.text)) {
      throw refuse(name.at, `${name.text} is given twice`, 'leave one of them out')
    }
    values[name.text] = parseValue(kind, name, value)
  }
  if (values['checksum'] === undefined) refuseLonely(sides)
  return values
}

function refuseLonely(sides: readonly Sides[]): void {
  const lonely = sides.find(({ name }) => name.text.startsWith(checksumPrefix))?.name
  if (lonely === undefined) return
  throw refuse(lonely.at, `${lonely.text} needs checksum`, 'say which: checksum=crc16-modbus')
}

function parseMain(name: Part, { main }: FramingForm, value: Part | undefined): unknown {
  if (main === 'none') {
    if (value === undefined) return undefined
    throw refuse(value.at, `${name.text} takes nothing behind a colon`, `write ${name.text}`)
  }
  const given = value ?? { text: '', at: name.at + name.text.length }
  if (main === 'bytes') return parseBytes(given)
  if (main === 'size') return parseInteger(given, 'the size in bytes, such as fixed:16')
  if (main === 'gap')
    return parseInteger(given, 'how many milliseconds end a message, such as silence:50')
  const notation = Object.hasOwn(lengthNotations, given.text)
    ? lengthNotations[given.text]
    : undefined
  if (notation !== undefined) return notation
  throw refuse(
    given.at,
    given.text === '' ? 'the length is missing' : `${JSON.stringify(given.text)} is no length`,
    `write ${Object.keys(lengthNotations).slice(0, -1).join(', ')} or hex: length:2be`,
  )
}

function unknownName(name: Part): UsageError {
  if (/\.[cm]?[jt]s(?:#.*)?$/.test(name.text)) {
    const what = `there is no framing ${JSON.stringify(name.text)}`
    return refuse(name.at, what, `write ./${name.text} for the file`)
  }
  const meant =
    Object.keys(forms).find((one) => forms[one]?.call === name.text) ??
    nearest(name.text, Object.keys(forms))
  return refuse(
    name.at,
    `there is no framing ${JSON.stringify(name.text)}`,
    meant === undefined
      ? `there are ${Object.keys(forms).join(', ')} (${explained})`
      : `did you mean ${meant}? (${explained})`,
  )
}

function unknownOption(framing: string, name: Part, options: readonly string[]): UsageError {
  if (name.text === '') return refuse(name.at, 'an option is missing', 'leave the comma out')
  const what = `${framing} has no option ${JSON.stringify(name.text)}`
  if (name.text === 'maxFrame') return refuse(name.at, what, '--max-frame says it')
  const meant = nearest(name.text, options)
  if (meant !== undefined) return refuse(name.at, what, `did you mean ${meant}? (${explained})`)
  const own = options.filter((option) => !option.startsWith(checksumPrefix))
  return refuse(
    name.at,
    what,
    own.length === 0 ? `it has none (${explained})` : `it has ${own.join(', ')} (${explained})`,
  )
}

/** @throws UsageError when the framing says itself how large a message is */
export function assertMaxFrame(framing: FramingChoice, maxFrame: number | undefined): void {
  if (maxFrame === undefined) return
  if (framing.kind === 'module') {
    throw new UsageError(
      `--max-frame is ${maxFrame}, and a framing of a module says itself how large a message may be`,
      'leave --max-frame out',
    )
  }
  if (framing.kind !== 'fixed') return
  throw new UsageError(
    `--max-frame is ${maxFrame}, and each message of fixed:${framing.main} has ${framing.main} bytes`,
    'leave one of them out',
  )
}
