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

/** Options that are gone, and those that belong elsewhere; each beside an option of the functions meant. */
const moved: Readonly<Record<string, { readonly beside: string; readonly advice: string }>> = {
  readWhileBlocked: {
    beside: 'highWaterMark',
    advice:
      'is an option no more: whether a connection is read while its outbox is full now depends on ' +
      'whether its consumer awaits what it sends. Leave it out',
  },
  maxFrame: {
    beside: 'framing',
    advice: 'is an option of the framing: pass it there, as in lines({ maxFrame: 65536 })',
  },
  oversize: {
    beside: 'framing',
    advice: "is an option of the framing: pass it there, as in lines({ oversize: 'discard' })",
  },
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
  const elsewhere = Object.hasOwn(moved, path) ? moved[path] : undefined
  if (elsewhere === undefined || !Object.hasOwn(known, elsewhere.beside)) return undefined
  return elsewhere.advice
}
