import type { ByteOperations, TextEncoding } from '../byte-operations.js'
import { frameMalformed, textInvalid } from '../frame-errors.js'
import type { Emit } from '../framing.js'
import { smallestBlock, TextBlock } from './text-block.js'
import { nothing, TerminatedDecoder, type TerminatedSettings } from '../terminated-decoder.js'

const lineFeed = 10
const carriageReturn = 13

/** How the bytes of a line become text. */
export interface LineSettings extends TerminatedSettings {
  readonly encoding: TextEncoding
  /** Refuse malformed UTF-8. */
  readonly strictText: boolean
  /** Refuse LF without CR in front of it, and CR without LF behind it. */
  readonly strictCrlf: boolean
}

/** What a line framing has in common with every other one. */
export const lineTerminator: Pick<TerminatedSettings, 'terminator' | 'optional'> = {
  terminator: lineFeed,
  optional: 1,
}

/** CR and LF. */
export const lineOverhead = 2

/** Of this module: what comes from another is read anew for each line, and compared by a call. */
const skipped: typeof nothing = nothing

/** Cuts bytes into lines of text; what a line means is up to the class that extends it. */
export abstract class LineDecoder<In> extends TerminatedDecoder<In> {
  readonly #encoding: TextEncoding
  readonly #strictText: boolean
  readonly #strictCrlf: boolean
  /** Made when much arrives at once: what people type never needs it. */
  #block: TextBlock | undefined

  constructor(operations: ByteOperations, settings: LineSettings) {
    super(operations, settings)
    this.#encoding = settings.encoding
    this.#strictText = settings.strictText
    this.#strictCrlf = settings.strictCrlf
  }

  /** What the line `text` at `offset` in the stream means. */
  protected abstract interpret(text: string, offset: number): In | typeof nothing

  protected override find(bytes: Uint8Array, start: number, from: number): number {
    if (bytes.length < smallestBlock) return this.operations.indexOf(bytes, lineFeed, from)
    this.#block ??= new TextBlock(this.operations, this.#encoding)
    return this.#block.findLineFeed(bytes, start, from)
  }

  protected override read(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
  ): In | typeof nothing {
    const block = this.#block
    const text =
      block !== undefined && block.holds(end)
        ? block.slice(start, end)
        : this.#decode(bytes, start, end, offset)
    return this.interpret(text, offset)
  }

  /** The other lines of the block: to find and read each by itself takes twice as many calls. */
  protected override readAhead(start: number, emit: Emit<In>, offset: number): number {
    const block = this.#block
    if (block === undefined || !block.holds(start)) return start
    const { text, start: base } = block
    let from = start - base
    for (let found = text.indexOf('\n', from); found !== -1; found = text.indexOf('\n', from)) {
      const hasReturn = found > from && text.charCodeAt(found - 1) === carriageReturn
      const end = hasReturn ? found - 1 : found
      // What is to be refused or dropped is, when it is read by itself.
      if (end - from > this.maxFrame) break
      if (this.#strictCrlf && text.indexOf('\r', from) !== end) break
      const message = this.interpret(text.slice(from, end), offset + base + from)
      from = found + 1
      if (message !== skipped && !emit(message, base + from)) return ~(base + from)
    }
    return base + from
  }

  #decode(bytes: Uint8Array, start: number, end: number, offset: number): string {
    const text = this.operations.decode(bytes, start, end, this.#encoding)
    // Malformed bytes leave this mark, and well-formed text hardly ever has it.
    if (this.#strictText && text.includes('\ufffd') && !this.operations.isUtf8(bytes, start, end)) {
      throw textInvalid(bytes, start, end, offset)
    }
    return text
  }

  protected override leave(stoppedAt: number | undefined): void {
    if (stoppedAt === undefined) this.#block?.clear()
    else this.#block?.stop(stoppedAt)
  }

  protected override trim(bytes: Uint8Array, start: number, found: number): number {
    return found > start && bytes[found - 1] === carriageReturn ? found - 1 : found
  }

  protected override check(bytes: Uint8Array, start: number, found: number, offset: number): void {
    if (!this.#strictCrlf) return
    const block = this.#block
    const first =
      block !== undefined && block.holds(found)
        ? block.findCarriageReturn(start)
        : this.operations.indexOf(bytes, carriageReturn, start)
    if (first >= start && first === found - 1) return
    if (first === -1 || first > found) {
      throw frameMalformed(
        'a line ends with LF alone, and CRLF is required',
        offset + found - start,
      )
    }
    throw bareCarriageReturn(offset + first - start)
  }

  protected override checkPart(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
  ): void {
    if (!this.#strictCrlf) return
    const first = this.operations.indexOf(bytes, carriageReturn, start)
    if (first !== -1 && first < end) throw bareCarriageReturn(offset + first - start)
  }
}

function bareCarriageReturn(offset: number): Error {
  return frameMalformed('a line has a CR without LF behind it, and CRLF is required', offset)
}
