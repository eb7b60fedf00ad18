/** `48 65 6c` */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/**
 * Hex as people have it at hand: `48 65`, `4865`, `0x48, 0x65`, `\x48\x65`, `48:65`, lists, lines with comments.
 *
 * @returns undefined for what is none
 */
export function parseHex(text: string): Uint8Array | undefined {
  const digits = text
    .replaceAll(/\/\/.*$|#.*$/gm, '')
    .replaceAll(/0x|\\x/gi, ' ')
    .split(/[\s,;:_(){}[\]'"-]+/)
    .filter((part) => part !== '')
    // A digit alone is a byte as well: 0x0, 0xa.
    .map((part) => (part.length === 1 ? `0${part}` : part))
  if (!digits.every((part) => /^(?:[0-9a-f]{2})+$/i.test(part))) return undefined
  const all = digits.join('')
  return Uint8Array.from({ length: all.length / 2 }, (_, index) =>
    Number.parseInt(all.slice(index * 2, index * 2 + 2), 16),
  )
}
