import { unescapeText } from '../bytes/escapes.js'
import { parseHexadecimal } from '../bytes/hexadecimal.js'
import { SpellingError } from '../bytes/spelling-error.js'
import { nearest } from '../nearest.js'
import type { ValueKind } from './forms.js'
import { type Part, refuse } from './parts.js'

/** The value of an option. */
export type Value = string | number | boolean | Uint8Array

/**
 * @param name of the option
 * @param value what is behind its `=`, if anything is
 * @throws UsageError
 */
export function parseValue(kind: ValueKind, name: Part, value: Part | undefined): Value {
  // One that is true or false may stand alone.
  if (kind === 'flag') return value === undefined || parseFlag(name.text, value)
  if (value === undefined) {
    throw refuse(name.at, `${name.text} has no value`, `write ${name.text}=${sampleOf(kind)}`)
  }
  if (kind === 'bytes') return parseBytes(value)
  if (kind === 'character') return Buffer.from(parseBytes(value)).toString('latin1')
  if (kind === 'integer') return parseInteger(value, `a whole number: ${name.text}=2`)
  return parseWord(name.text, value, kind)
}

/**
 * One of some words.
 *
 * @throws UsageError
 */
export function parseWord(name: string, { text, at }: Part, words: readonly string[]): string {
  if (words.includes(text)) return text
  const meant = nearest(text, words)
  const among = `${name} is ${listWords(words)}`
  throw refuse(
    at,
    `${JSON.stringify(text)} is no value of ${name}`,
    meant === undefined ? among : `did you mean ${meant}? (${among})`,
  )
}

/**
 * A whole number.
 *
 * @param wanted what to write
 * @throws UsageError
 */
export function parseInteger({ text, at }: Part, wanted: string): number {
  const value = Number(text)
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(value)) return value
  throw refuse(at, `${JSON.stringify(text)} is no whole number`, `write ${wanted}`)
}

/**
 * Hexadecimal digits, or text: in quotes, with a backslash in it, or without a letter or a digit. What
 * could be both is hexadecimal.
 *
 * @throws UsageError
 */
export function parseBytes({ text, at }: Part): Uint8Array {
  const bytes = text === '' ? undefined : readBytes(text, at)
  if (bytes !== undefined && bytes.length > 0) return bytes
  throw refuse(
    at,
    'bytes are missing',
    String.raw`write them as 0d0a, \r\n or "END"; a comma is \,`,
  )
}

function readBytes(text: string, at: number): Uint8Array {
  const isQuoted = /^"[^]*"$/.test(text) && text.length > 1
  const isText = isQuoted || text.includes('\\') || !/[\da-z]/i.test(text)
  try {
    if (!isText) return parseHexadecimal(text)
    return unescapeText(isQuoted ? text.slice(1, -1) : text)
  } catch (error) {
    if (!(error instanceof SpellingError)) throw error
    const remedy = isText ? error.remedy : `${error.remedy}; text is in quotes: "${text}"`
    throw refuse(at + (isQuoted ? 1 : 0) + error.at, error.what, remedy)
  }
}

function parseFlag(name: string, value: Part): boolean {
  return parseWord(name, value, ['true', 'false']) === 'true'
}

function sampleOf(kind: ValueKind): string {
  if (kind === 'bytes') return '0d0a'
  if (kind === 'character') return '" "'
  return typeof kind === 'string' ? '2' : String(kind[0])
}

function listWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')}${words.length > 1 ? ' or ' : ''}${words.at(-1) ?? ''}`
}
