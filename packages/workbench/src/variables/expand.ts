import { Buffer } from 'node:buffer'
import { randomInt } from 'node:crypto'
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
  const found = [...text.matchAll(variable)]
  if (found.length > mostVariables) {
    const message = `${found.length} variables are in the message, and at most ${mostVariables} may be`
    throw new WorkbenchError('WORKBENCH_INVALID', message)
  }
  const crc = new Crc16()
  const parts: Buffer[] = []
  const add = (part: Buffer): void => {
    parts.push(part)
    crc.add(part)
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

function valueOf(name: string, length: number, sequence: number): string {
  if (name === 'seq') return String(sequence)
  if (name === 'time') return new Date().toISOString()
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('')
}

/** Counts along, so that each byte is looked at once however many of them are asked for. */
class Crc16 {
  #crc = 0xffff

  get bytes(): Buffer {
    return Buffer.from([this.#crc & 0xff, this.#crc >>> 8])
  }

  add(bytes: Uint8Array): void {
    let crc = this.#crc
    for (const byte of bytes) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
    }
    this.#crc = crc
  }
}
