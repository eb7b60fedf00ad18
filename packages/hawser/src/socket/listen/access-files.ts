import { readFileSync } from 'node:fs'
import { invalid, kindOf } from '../../options/invalid.js'
import { AddressSet, type AddressSpan, parseSpan } from '../../policy/address/address-set.js'

/**
 * Read a list of addresses, CIDR blocks, ranges and names of files that hold such, one a line; what
 * is behind a `#` is a comment. An entry that begins with a digit, or has a colon, is none of a
 * file: write `./2001.txt`.
 *
 * @param name the option, for errors
 * @throws OptionError with what is wrong, and in which line of which file
 */
export function readAddresses(name: string, list: readonly string[]): AddressSet {
  if (!Array.isArray(list)) {
    throw invalid(name, `is ${kindOf(list)} and takes a list of addresses, blocks and ranges`)
  }
  return new AddressSet(readEntries(name, list))
}

/** One by one: a file may have millions. */
function* readEntries(name: string, list: readonly unknown[]): Generator<AddressSpan> {
  for (const entry of list) {
    if (typeof entry !== 'string' || entry.trim() === '') {
      throw invalid(
        name,
        `has the entry ${String(JSON.stringify(entry))}: each is an address, a block, a range or a file's name`,
      )
    }
    const text = entry.trim()
    if (/^\d|:/.test(text)) yield readSpan(name, text, '')
    else yield* readFile(name, text)
  }
}

function* readFile(name: string, path: string): Generator<AddressSpan> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw invalid(
      name,
      `names ${JSON.stringify(path)}, which is no address and no file that can be read: ${(cause as Error).message}`,
      cause,
    )
  }
  let number = 0
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    number += 1
    const [entry = ''] = text.slice(start, end).split('#', 1)
    if (entry.trim() !== '') yield readSpan(name, entry.trim(), `${path}, line ${number}: `)
    start = end + 1
  }
}

function readSpan(name: string, text: string, where: string): AddressSpan {
  const span = parseSpan(text)
  if (typeof span !== 'string') return span
  throw invalid(name, `cannot be used: ${where}${span}`)
}
