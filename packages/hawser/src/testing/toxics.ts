import { checkOptions } from '../options/check-options.js'
import { invalid } from '../options/invalid.js'
import type { NamesOf } from '../options/option-names.js'

/** What is wrong with the way that bytes take. What is left out is as it was. */
export interface LineToxics {
  /** How long bytes, the end and a reset are under way, in ms of the line's clock. Default 0. */
  latency?: number | undefined
  /** By how many ms `latency` varies, up and down, by chance; the order stays. Default 0. */
  jitter?: number | undefined
  /** Bytes a second. At least 1. Default `Infinity`. */
  bandwidth?: number | undefined
  /**
   * The share of packets that is lost, from 0 to 0.9. TCP sends them again after 200 ms, and after twice
   * as long each further time (RFC 6298 section 5.5). Default 0.
   */
  loss?: number | undefined
  /** The most bytes that arrive at once, at least 1. Default `Infinity`: whatever has arrived. */
  chunkSize?: number | undefined
  /**
   * After so many bytes of a connection were delivered both ends see a reset, as when a machine on the
   * way drops the connection. 0 loses the first byte already. Default `Infinity`: never.
   */
  resetAfter?: number | undefined
  /**
   * Nothing arrives while this is true, and all of it when it is false again. The sender can send until
   * `capacity` is full. Default false.
   */
  stall?: boolean | undefined
  /**
   * As `stall`, and resets are lost for good, as packets are on the way to a machine that was unplugged:
   * each end thinks that the other is there. Default false.
   */
  vanish?: boolean | undefined
}

/** The names of the options in {@link LineToxics}. */
export const lineToxicNames: NamesOf<LineToxics> = {
  latency: true,
  jitter: true,
  bandwidth: true,
  loss: true,
  chunkSize: true,
  resetAfter: true,
  stall: true,
  vanish: true,
}

/** What is wrong with both ways, and what only with one. */
export interface ToxicOptions extends LineToxics {
  /** From the first end to the second; of a proxy, from its client to the server. */
  readonly forward?: LineToxics | undefined
  /** From the second end to the first; of a proxy, from the server to its client. */
  readonly backward?: LineToxics | undefined
}

/** The names of the options in {@link ToxicOptions}. */
const toxicNames: NamesOf<ToxicOptions> = {
  ...lineToxicNames,
  forward: lineToxicNames,
  backward: lineToxicNames,
}

/** Who has to know that something has changed. */
type Listener = (toxics: LineToxics) => void

let listen: (line: ToxicLine, listener: Listener) => () => void

/**
 * Tell `listener` what is wrong with a line, now and at each change.
 *
 * @returns stops it
 */
export function listenTo(line: ToxicLine, listener: Listener): () => void {
  return listen(line, listener)
}

/** What is wrong with one way; changes take effect at once, on what is under way as well. */
export class ToxicLine {
  #current: LineToxics = {}
  readonly #listeners = new Set<Listener>()
  static {
    listen = (line, listener) => line.#listen(listener)
  }

  /** What was set. */
  get current(): Readonly<LineToxics> {
    return this.#current
  }

  /**
   * Change what is named, and leave the rest; `undefined` takes one away.
   *
   * @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work
   */
  set(toxics: LineToxics): this {
    checkOptions(toxics, lineToxicNames)
    checkToxics(toxics)
    this.#current = { ...this.#current, ...toxics }
    this.#tell()
    return this
  }

  /** Take all away. */
  clear(): this {
    this.#current = {}
    this.#tell()
    return this
  }

  #listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    listener(this.#current)
    return () => this.#listeners.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#current)
  }
}

/**
 * A bad network that gets worse and better while a test runs. Hand it to `createPair`, `connectPair`
 * (`line: { toxics }`) or `startToxicProxy`; several lines may share one.
 *
 * ```ts
 * const toxics = new Toxics({ latency: 100, jitter: 20 })
 * const [client, server] = connectPair({ clock, line: { toxics } })
 * toxics.backward.set({ stall: true })
 * toxics.clear()
 * ```
 */
export class Toxics {
  /** From the first end to the second; of a proxy, from its client to the server. */
  readonly forward: ToxicLine = new ToxicLine()
  /** From the second end to the first; of a proxy, from the server to its client. */
  readonly backward: ToxicLine = new ToxicLine()

  /** @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work */
  constructor(options: ToxicOptions = {}) {
    this.set(options)
  }

  /**
   * Change what is named, in both ways or in one.
   *
   * @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work
   */
  set(options: ToxicOptions): this {
    checkOptions(options, toxicNames)
    const { forward, backward, ...both } = options
    this.forward.set({ ...both, ...forward })
    this.backward.set({ ...both, ...backward })
    return this
  }

  /** Take all away: what waits arrives, and from now on the line is as it was made. */
  clear(): this {
    this.forward.clear()
    this.backward.clear()
    return this
  }
}

const least = { latency: 0, jitter: 0, bandwidth: 1, chunkSize: 1, resetAfter: 0 }

/** @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work */
export function checkToxics(toxics: LineToxics): void {
  for (const name of Object.keys(least) as (keyof typeof least)[]) {
    const value = toxics[name]
    if (value !== undefined) checkNumber(name, value, least[name])
  }
  const { loss } = toxics
  if (loss === undefined || (loss >= 0 && loss <= 0.9)) return
  throw invalid('loss', `is ${String(loss)}; give a share from 0 to 0.9`)
}

/** @throws OptionError `HAWSER_INVALID_OPTION` unless it is a number of at least `lowest` */
export function checkNumber(name: string, value: number, lowest: number): number {
  const isTime = name === 'latency' || name === 'jitter'
  if (value >= lowest && (value === Infinity || Number.isInteger(value) || isTime)) return value
  throw invalid(
    name,
    `is ${value}; give ${isTime ? 'milliseconds' : 'a whole number'} of at least ${lowest}`,
  )
}
