import { delimited, type Framing, jsonLines, lengthPrefixed, lines, netstring } from 'hawser'

/** One framing, how it carries text, and what breaks it. */
export interface Dialect<Message = unknown> {
  readonly framing: Framing<Message, Message>
  /** The beginning of a frame. */
  readonly torn: Uint8Array
  /** What no frame begins with, or one that is larger than may be. */
  readonly broken: Uint8Array
  readonly toMessage: (text: string) => Message
  readonly toText: (message: Message) => string
}

const bytes = {
  toMessage: (text: string): Uint8Array => Buffer.from(text),
  // Not decoded by way of a Buffer's own copy: a frame is what the library handed over.
  toText: (message: Uint8Array): string => new TextDecoder().decode(message),
}

const text = {
  toMessage: (message: string): string => message,
  toText: (message: string): string => message,
}

const json = {
  toMessage: (message: string): unknown => ({ say: message }),
  toText: (message: unknown): string => (message as { say: string }).say,
}

const maxFrame = 64 * 1024
const endless = Buffer.alloc(maxFrame + 1, 'x')
const begun = Buffer.from('unfinished')

const all = {
  lines: { framing: lines({ maxFrame }), ...text, torn: begun, broken: endless },
  'length-4': {
    framing: lengthPrefixed({ bytes: 4, maxFrame }),
    ...bytes,
    torn: Buffer.from('\0\0\u0001\0x', 'latin1'),
    broken: Buffer.alloc(4, 0xff),
  },
  varint: {
    framing: lengthPrefixed({ bytes: 'varint', maxFrame }),
    ...bytes,
    torn: Buffer.from('\u00c8\u0001x', 'latin1'),
    broken: Buffer.alloc(11, 0xff),
  },
  netstring: {
    framing: netstring({ maxFrame }),
    ...bytes,
    torn: Buffer.from('200:x'),
    broken: Buffer.from('x:y,'),
  },
  delimited: {
    framing: delimited(Uint8Array.of(0), { maxFrame }),
    ...bytes,
    torn: begun,
    broken: endless,
  },
  json: {
    framing: jsonLines({ maxFrame }),
    ...json,
    torn: Buffer.from('{"say":'),
    broken: Buffer.from('{no json\n'),
  },
}

/** What a dialect is called. */
export type DialectName = keyof typeof all

export const dialectNames: readonly DialectName[] = Object.keys(all) as DialectName[]

/** The dialect of this name. */
export function dialectOf(name: DialectName): Dialect {
  return all[name] as unknown as Dialect
}
