import { encodeText } from '../../src/protocol/text/encode-text.js'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import { decodeText, splitText } from './split-text.js'

const named: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '\\': 92 }
const names: Readonly<Record<number, string>> = {
  10: '\\n',
  13: '\\r',
  9: '\\t',
  0: '\\0',
  92: '\\\\',
}

/** Text as a person types it: `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN` stand for bytes, the rest is encoded. */
export function parseEscapes(text: string, encoding: Encoding = 'utf-8'): Uint8Array {
  const bytes: number[] = []
  for (const part of text.split(/(\\x[0-9a-fA-F]{2}|\\[nrt0\\])/)) {
    if (/^\\x..$/.test(part)) bytes.push(Number.parseInt(part.slice(2), 16))
    else if (/^\\[nrt0\\]$/.test(part)) bytes.push(named[part.charAt(1)] ?? 0)
    else bytes.push(...encode(part, encoding))
  }
  return Uint8Array.from(bytes)
}

/** Bytes as a text that `parseEscapes` reads again. What a field would obey or not show is escaped. */
export function toEscapes(bytes: Uint8Array, encoding: Encoding = 'utf-8'): string {
  const escape = (character: string): string => {
    return Array.from(encode(character, encoding), escapeByte).join('')
  }
  return splitText(bytes, { encoding, skip: 0 })
    .map((part) =>
      part.isText && isSame(part.bytes, encoding)
        ? decodeText(part.bytes, encoding).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu, escape)
        : Array.from(part.bytes, escapeByte).join(''),
    )
    .join('')
}

/** Whether a text comes back as the same bytes: some of GBK have two ways to be written. */
function isSame(bytes: Uint8Array, encoding: Encoding): boolean {
  if (encoding !== 'gbk') return true
  const back = encodeText(decodeText(bytes, encoding), encoding)
  return back?.length === bytes.length && back.every((byte, at) => byte === bytes[at])
}

/** What the encoding does not have becomes a question mark, as one sees in the hex. */
function encode(text: string, encoding: Encoding): Uint8Array {
  const whole = encodeText(text, encoding)
  if (whole !== undefined) return whole
  const bytes = Array.from(text, (each) => encodeText(each, encoding) ?? Uint8Array.of(0x3f))
  return Uint8Array.from(bytes.flatMap((each) => [...each]))
}

function escapeByte(byte: number): string {
  return names[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
}
