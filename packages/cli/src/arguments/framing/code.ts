import type { FramingChoice, NamedChoice } from './choice.js'
import { framingForms } from './forms.js'

/** A framing as a piece of a program. */
export interface CodeOfFraming {
  /** What is imported of the library. */
  readonly names: readonly string[]
  /** `lines({ maxFrame: 1000 })` */
  readonly call: string
}

/** A framing that was chosen, as a program writes it. */
export function framingCode(choice: FramingChoice, maxFrame: number | undefined): CodeOfFraming {
  if (choice.kind === 'module') {
    const { path, name = 'default' } = choice
    return { names: [], call: `(await import(${JSON.stringify(path)})).${name}` }
  }
  const { call } = framingForms[choice.kind]
  const inner = `${call}(${argumentsOf(choice, maxFrame).join(', ')})`
  if (choice.checksum === undefined) return { names: [call], call: inner }
  return { names: [call, 'checksum'], call: `checksum(${inner}, ${show(choice.checksum)})` }
}

function argumentsOf(choice: NamedChoice, maxFrame: number | undefined): string[] {
  const limit = choice.kind === 'fixed' || maxFrame === undefined ? {} : { maxFrame }
  const options = { ...choice.options, ...limit }
  switch (choice.kind) {
    case 'length':
      return [show({ ...choice.main, ...options })]
    case 'silence':
      return [show({ gap: choice.main, ...options })]
    case 'delim':
    case 'fixed':
      return [show(choice.main), ...listOptions(options)]
    case 'lines':
    case 'raw':
    case 'json':
    case 'json-values':
    case 'netstring':
    case 'slip':
    case 'dots':
      return listOptions(options)
  }
}

function listOptions(options: object): string[] {
  return Object.keys(options).length === 0 ? [] : [show(options)]
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString('latin1')
    return isAscii(value) ? quote(text) : `Uint8Array.of(${[...value].join(', ')})`
  }
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{ ${entries.map(([name, each]) => `${name}: ${show(each)}`).join(', ')} }`
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 128)
}

function quote(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`)}'`
}
