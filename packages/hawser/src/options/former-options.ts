import type { OptionNames } from './option-names.js'

/** What an option is called now. Of several new names, the one that the function has is meant. */
const renamed: Readonly<Record<string, readonly string[]>> = {
  perAddress: ['maxPerAddress'],
  pool: ['memory'],
  timeout: ['connectTimeout'],
  reconnect: ['backoff'],
  'backoff.attempts': ['maxReconnects'],
  idle: ['maxIdleTime'],
  queue: ['maxQueued', 'maxQueuedBytes'],
}

/** What became of the options in it. */
const also: Readonly<Record<string, string>> = {
  reconnect: ', and reconnect.attempts is maxReconnects (0 never connects again)',
}

/** The functions of a handler, where they were passed as options. */
const handlerFunction: readonly Move[] = [
  {
    beside: 'handler',
    advice: 'is a function of a handler: pass it inside the option handler',
  },
  {
    beside: 'maxConnections',
    advice:
      'is a function of a handler: that is the second argument, createServer(options, handler)',
  },
]

/** What to say of a name, where the function takes the option `beside`. */
interface Move {
  readonly beside: string
  readonly advice: string
}

/** Options that are gone, and those that belong elsewhere; each beside an option of the functions meant. */
const moved: Readonly<Record<string, readonly Move[]>> = {
  readWhileBlocked: [
    {
      beside: 'highWaterMark',
      advice:
        'is an option no more: whether a connection is read while its outbox is full now depends ' +
        'on whether its consumer awaits what it sends. Leave it out',
    },
  ],
  maxFrame: [
    {
      beside: 'framing',
      advice: 'is an option of the framing: pass it there, as in lines({ maxFrame: 65536 })',
    },
  ],
  oversize: [
    {
      beside: 'framing',
      advice: "is an option of the framing: pass it there, as in lines({ oversize: 'discard' })",
    },
  ],
  open: handlerFunction,
  message: handlerFunction,
  writable: handlerFunction,
  close: handlerFunction,
}

/**
 * What became of an option, if it was one before 1.0 or is one elsewhere.
 *
 * @param path its name, with the options that it is in
 * @param known what the function takes
 */
export function adviseFormer(path: string, known: OptionNames): string | undefined {
  const now = Object.hasOwn(renamed, path)
    ? renamed[path]?.find((name) => Object.hasOwn(known, name))
    : undefined
  if (now !== undefined) return `is a former name: the option is ${now} now${also[path] ?? ''}`
  const moves = Object.hasOwn(moved, path) ? moved[path] : undefined
  return moves?.find(({ beside }) => Object.hasOwn(known, beside))?.advice
}
