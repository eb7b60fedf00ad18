import { readFileSync } from 'node:fs'
import { invalid } from '../options/invalid.js'
import { AddressSet, type AddressSpan, parseSpan } from '../policy/address-set.js'

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
    throw invalid(name, `is a ${typeof list} and takes a list of addresses, blocks and ranges`)
  }
  const spans: AddressSpan[] = []
  for (const entry of list as readonly unknown[]) {
    if (typeof entry !== 'string' || entry.trim() === '') {
      throw invalid(
        name,
        `has the entry ${String(JSON.stringify(entry))}: each is an address, a block, a range or a file's name`,
      )
    }
    const text = entry.trim()
    if (/^\d|:/.test(text)) spans.push(readSpan(name, text, ''))
    else spans.push(...readFile(name, text))
  }
  return new AddressSet(spans)
}

function readFile(name: string, path: string): AddressSpan[] {
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
  return text.split(/\r?\n/).flatMap((line, index) => {
    const entry = line.replace(/#.*$/, '').trim()
    return entry === '' ? [] : [readSpan(name, entry, `${path}, line ${index + 1}: `)]
  })
}

function readSpan(name: string, text: string, where: string): AddressSpan {
  const span = parseSpan(text)
  if (typeof span !== 'string') return span
  throw invalid(name, `cannot be used: ${where}${span}`)
}
