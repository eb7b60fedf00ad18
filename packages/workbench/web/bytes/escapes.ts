const encoder = new TextEncoder()
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

/** Bytes as a text that `parseEscapes` reads again. */
export function toEscapes(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true })
  try {
    const decoded = text.decode(bytes)
    return decoded.replaceAll(/[\p{Cc}\\]/gu, (character) => escapeByte(character.charCodeAt(0)))
  } catch {
    return Array.from(bytes, (byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 92 ? String.fromCharCode(byte) : escapeByte(byte),
    ).join('')
  }
}

function escapeByte(byte: number): string {
  return names[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
}
