import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { WorkbenchError } from '../workbench-error.js'

/** As many of them may be in a message. */
const mostVariables = 256
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const variable = /\{\{(?<name>seq|time|crc16|random:(?<length>[1-9]\d{0,3}))\}\}/g

/**
 * A message with values in the place of its variables. What is none stays as it is.
 *
 * - `{{seq}}`: how often the session sent a message with variables, 1 at first
 * - `{{time}}`: the time in UTC, as ISO 8601 has it
 * - `{{random:8}}`: so many letters and digits by chance, at most 9999
 * - `{{crc16}}`: two bytes, the CRC-16/MODBUS of all bytes before it, the low byte first (Modbus over serial line 1.02, 6.2.2)
 *
 * @throws WorkbenchError for more than 256 of them
 */
export function expandVariables(template: Uint8Array, sequence: number): Uint8Array {
  // Each byte is a character, so that bytes that are no text stay what they are.
  const text = Buffer.from(template.buffer, template.byteOffset, template.length).toString('latin1')
  const found = findVariables(text)
  // The bytes are looked at once, however many of them are asked for, and not at all for none.
  const hasCrc = found.some(({ groups }) => groups?.['name'] === 'crc16')
  const crc = new Crc16()
  const parts: Buffer[] = []
  const add = (part: Buffer): void => {
    parts.push(part)
    if (hasCrc) crc.add(part)
  }
  let from = 0
  for (const { 0: whole, index, groups } of found) {
    add(Buffer.from(text.slice(from, index), 'latin1'))
    const { name = '', length } = groups ?? {}
    add(name === 'crc16' ? crc.bytes : Buffer.from(valueOf(name, Number(length), sequence)))
    from = index + whole.length
  }
  parts.push(Buffer.from(text.slice(from), 'latin1'))
  return Buffer.concat(parts)
}

/** A message may have millions of them: no more are looked for than may be. */
function findVariables(text: string): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  for (const each of text.matchAll(variable)) {
    if (found.push(each) <= mostVariables) continue
    const message = `more than ${mostVariables} variables are in the message: send it in several`
    throw new WorkbenchError('WORKBENCH_INVALID', message)
  }
  return found
}

function valueOf(name: string, length: number, sequence: number): string {
  if (name === 'seq') return String(sequence)
  if (name === 'time') return new Date().toISOString()
  return randomText(length)
}

/** Each letter is as likely as the others: bytes that would make the first ones likelier are left out. */
function randomText(length: number): string {
  const fair = 256 - (256 % letters.length)
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length)) {
      if (byte < fair) text += letters.charAt(byte % letters.length)
    }
  }
  return text
}

/** What a byte does to the sum. */
const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  return crc
})

/** Counts along. */
class Crc16 {
  #crc = 0xffff

  get bytes(): Buffer {
    return Buffer.from([this.#crc & 0xff, this.#crc >>> 8])
  }

  add(bytes: Uint8Array): void {
    let crc = this.#crc
    for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0)
    this.#crc = crc
  }
}
