const comma = ','.charCodeAt(0)
const bracket = '['.charCodeAt(0)
const brace = '{'.charCodeAt(0)
const backslash = '\\'.charCodeAt(0)

/**
 * Whether a text of JSON has more values and names than these: millions of them fit into a text that may be as long as
 * what is sent, and take seconds to be read. It takes the time of a look at each letter, and ends where there are more.
 */
export function hasMoreParts(text: string, most: number): boolean {
  let parts = 0
  for (let at = 0; ;) {
    const quote = text.indexOf('"', at)
    const end = quote === -1 ? text.length : quote
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      const begins = code === comma || code === bracket || code === brace
      if (begins && ++parts > most) return true
    }
    // What has no end is no JSON, which is said elsewhere.
    const close = quote === -1 ? -1 : closeOf(text, quote)
    if (close === -1) return false
    at = close + 1
  }
}

function closeOf(text: string, quote: number): number {
  let close = text.indexOf('"', quote + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1
  while (text.charCodeAt(before) === backslash) before--
  return (quote - before) % 2 === 0
}
