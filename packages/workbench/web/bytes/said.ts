import { parseHex, toHex } from './hex.js'

/** Bytes as a file of a project has them: a text, or hex. */
export interface Said {
  readonly text?: string | undefined
  readonly hex?: string | undefined
}

/** What is UTF-8 is a text, which a person can read in a file. */
export function toSaid(bytes: Uint8Array): { text: string } | { hex: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { hex: toHex(bytes) }
  }
}

export function fromSaid({ text, hex }: Said): Uint8Array {
  if (hex === undefined) return new TextEncoder().encode(text ?? '')
  return parseHex(hex) ?? new Uint8Array()
}
