import type { Colours } from '../output/colours.js'
import { incompleteTail } from '../output/decode.js'
import { dumpBytes, markOf } from '../output/hex.js'
import { describeMessage, stringifySafely } from '../output/json.js'
import { showBytes } from '../output/text.js'

/** Turns what arrives, and what is sent, into what is written to stdout. */
export interface Presenter {
  /** A message that arrived: whole lines, or bytes as they are. */
  received(message: Uint8Array): string | Uint8Array
  /** A message that was sent: nothing, unless both directions are shown. */
  sent(message: Uint8Array): string
  /** What is still to be written when nothing more arrives. */
  finish(): string
}

/** What a presenter depends on. */
export interface PresenterOptions {
  /** Messages are chunks of a stream, not units of their own. */
  readonly stream: boolean
  /** A person reads: nothing may act on the terminal. */
  readonly terminal: boolean
  /** A person types: what they sent stands there as well. */
  readonly conversation: boolean
  readonly json: boolean
  readonly hex: boolean
  readonly colours: Colours
}

/** The presenter for the options. */
export function createPresenter(options: PresenterOptions): Presenter {
  if (options.json) return createJsonPresenter(options.hex)
  if (options.hex) return createHexPresenter(options)
  if (options.terminal) {
    return options.stream ? createTextPresenter(options.colours) : createLinePresenter(options)
  }
  return options.stream ? unchanged : oneALine
}

/** Byte for byte. */
const unchanged: Presenter = { received: (message) => message, sent: nothing, finish: nothing }

/** A message's own bytes and a line feed. */
const oneALine: Presenter = {
  received: (message) => Buffer.concat([message, Buffer.from('\n')]),
  sent: nothing,
  finish: nothing,
}

function nothing(): string {
  return ''
}

function createJsonPresenter(hex: boolean): Presenter {
  return {
    received(message) {
      const time = new Date().toISOString()
      const description = describeMessage(message, { hex })
      return `${stringifySafely({ time, event: 'message', direction: 'in', ...description })}\n`
    },
    sent: nothing,
    finish: nothing,
  }
}

/** Both directions. In a stream the offsets of each count on; a message has its own. */
function createHexPresenter({ stream, colours }: PresenterOptions): Presenter {
  const create = (direction: 'in' | 'out'): ((message: Uint8Array) => string) => {
    const indent = markOf(direction, colours)
    let offset = 0
    return (message) => {
      const rows = dumpBytes(message, { indent, offset: stream ? offset : 0 })
      offset += message.length
      return `${rows.length === 0 ? `${indent}(no bytes)` : rows.join('\n')}\n`
    }
  }
  return { received: create('in'), sent: create('out'), finish: nothing }
}

function createLinePresenter({ colours, conversation }: PresenterOptions): Presenter {
  const mark = conversation ? markOf('in', colours) : ''
  return {
    received: (message) => `${mark}${showBytes(message, colours.escape)}\n`,
    sent: nothing,
    finish: nothing,
  }
}

/** A stream as text: line feeds and tabs act, everything else that would is escaped. */
function createTextPresenter(colours: Colours): Presenter {
  let held: Uint8Array = new Uint8Array(0)
  return {
    received(message) {
      const bytes = held.length === 0 ? message : Buffer.concat([held, message])
      const tail = heldBack(bytes)
      held = Uint8Array.from(bytes.subarray(bytes.length - tail))
      return showStream(bytes.subarray(0, bytes.length - tail), colours)
    },
    sent: nothing,
    finish() {
      return showStream(held, colours)
    },
  }
}

/** The beginning of a character, or the first half of CRLF. */
function heldBack(bytes: Uint8Array): number {
  return bytes.at(-1) === 13 ? 1 : incompleteTail(bytes)
}

function showStream(bytes: Uint8Array, colours: Colours): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .split(/(\r?\n|\t)/)
    .map((part, index) => {
      if (index % 2 === 1) return part === '\t' ? part : '\n'
      return showBytes(Buffer.from(part, 'latin1'), colours.escape)
    })
    .join('')
}
