import { splitUtf8 } from './utf8.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const named: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '\\': 92 }
const names: Readonly<Record<number, string>> = {
  10: '\\n',
  13: '\\r',
  9: '\\t',
  0: '\\0',
  92: '\\\\',
}

/** Text as a person types it: `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN` stand for bytes, the rest is UTF-8. */
export function parseEscapes(text: string): Uint8Array {
  const bytes: number[] = []
  for (const part of text.split(/(\\x[0-9a-fA-F]{2}|\\[nrt0\\])/)) {
    if (/^\\x..$/.test(part)) bytes.push(Number.parseInt(part.slice(2), 16))
    else if (/^\\[nrt0\\]$/.test(part)) bytes.push(named[part.charAt(1)] ?? 0)
    else bytes.push(...encoder.encode(part))
  }
  return Uint8Array.from(bytes)
}

/** Bytes as a text that `parseEscapes` reads again. What a field would obey or not show is escaped. */
export function toEscapes(bytes: Uint8Array): string {
  return splitUtf8(bytes)
    .map((part) =>
      part.isText
        ? decoder.decode(part.bytes).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu, escape)
        : Array.from(part.bytes, escapeByte).join(''),
    )
    .join('')
}

function escape(character: string): string {
  return Array.from(encoder.encode(character), escapeByte).join('')
}

function escapeByte(byte: number): string {
  return names[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
}
