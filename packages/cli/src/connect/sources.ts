import type { Typed } from '../arguments/bytes/typed.js'
import { readLines, withoutReturn } from '../input/lines.js'

const lineFeed = 10
const carriageReturn = 13

/** How input becomes messages. */
export interface SourceOptions {
  /** The framing has no messages of its own: the bytes of stdin go out as they are. */
  readonly stream: boolean
  /** End lines with CRLF. */
  readonly crlf: boolean
}

/** A typed line, or what `--send` has, as a message. */
export function lineToMessage({ bytes, isLine }: Typed, options: SourceOptions): Uint8Array {
  if (!options.stream || !isLine) return bytes
  return Buffer.concat([bytes, Buffer.from(options.crlf ? '\r\n' : '\n')])
}

/** The messages in a pipe or a file: its bytes as they are, or a message a line. */
export function readMessages(
  input: AsyncIterable<Uint8Array>,
  options: SourceOptions,
): AsyncIterable<Uint8Array> {
  if (!options.stream) return readLineMessages(input)
  return options.crlf ? replaceLineFeeds(input) : input
}

async function* readLineMessages(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of readLines(input)) yield withoutReturn(bytes)
}

/** LF becomes CRLF, and CRLF stays what it is. */
async function* replaceLineFeeds(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last = 0
  for await (const chunk of input) {
    const output: number[] = []
    for (const byte of chunk) {
      if (byte === lineFeed && last !== carriageReturn) output.push(carriageReturn)
      output.push(byte)
      last = byte
    }
    yield Uint8Array.from(output)
  }
}
