import type { Colours } from './colours.js'
import { count } from './numbers.js'

const rowLength = 16

/** How a dump is laid out. */
export interface DumpOptions {
  /** The number of the first byte. Default 0. */
  readonly offset?: number
  /** The most bytes that are shown; the rest is counted. Default Infinity. */
  readonly limit?: number
  /** In front of each row. Default none. */
  readonly indent?: string
}

/**
 * Rows of offset, sixteen bytes in hexadecimal and the same in ASCII, the way `hexdump -C` shows
 * them. Nothing of it acts on a terminal.
 */
export function dumpBytes(bytes: Uint8Array, options: DumpOptions = {}): string[] {
  const { offset = 0, limit = Infinity, indent = '' } = options
  const shown = Math.min(bytes.length, limit)
  const rows: string[] = []
  for (let start = 0; start < shown; start += rowLength) {
    const row = bytes.subarray(start, Math.min(start + rowLength, shown))
    rows.push(`${indent}${address(offset + start)}  ${hexadecimal(row)}  |${ascii(row)}|`)
  }
  const rest = bytes.length - shown
  if (rest > 0) rows.push(`${indent}… ${count(rest)} more bytes`)
  return rows
}

/** What stands in front of what was received, and of what was sent. */
export function markOf(direction: 'in' | 'out', colours: Colours): string {
  return direction === 'in' ? `${colours.received('<')} ` : `${colours.sent('>')} `
}

function address(offset: number): string {
  return offset.toString(16).padStart(8, '0')
}

function hexadecimal(row: Uint8Array): string {
  const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'))
  return `${digits.slice(0, 8).join(' ')}  ${digits.slice(8).join(' ')}`.padEnd(3 * rowLength)
}

function ascii(row: Uint8Array): string {
  return Array.from(row, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  ).join('')
}
