const lineFeed = 10
const carriageReturn = 13
const largestLine = 1024 * 1024

/** A line of input, without its line feed. */
export interface InputLine {
  readonly bytes: Uint8Array
  /** False for a last line that no line feed ends, and for a piece of one that is too long. */
  readonly terminated: boolean
}

/**
 * Cut a byte stream into lines. Nothing more is read until the last line was taken. A line longer
 * than 1 MiB comes in pieces, so that input without a line feed cannot fill the memory.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  let parts: Uint8Array[] = []
  let held = 0
  for await (const chunk of input) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      parts.push(chunk.subarray(start, end))
      yield { bytes: joinParts(parts), terminated: true }
      parts = []
      held = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    parts.push(chunk.subarray(start))
    held += chunk.length - start
    if (held < largestLine) continue
    yield { bytes: joinParts(parts), terminated: false }
    parts = []
    held = 0
  }
  if (held > 0) yield { bytes: joinParts(parts), terminated: false }
}

function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

/** A line without the carriage return that CRLF leaves. */
export function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line
}
