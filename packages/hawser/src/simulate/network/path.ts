import type { Clock, ClockTimer } from '../../policy/clock.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import { checkToxics, ToxicLine } from '../../testing/toxics.js'

/** How good the way from one host to another is. What is left out is as it was. */
export interface Conditions {
  /** Milliseconds one way. Default 1. */
  readonly latency?: number | undefined
  /** By how many ms `latency` varies, up and down, by chance. Default 0. */
  readonly jitter?: number | undefined
  /** Bytes a second. At least 1. Default `Infinity`. */
  readonly bandwidth?: number | undefined
  /**
   * The share of packets that is lost, from 0 to 0.9. TCP sends them again: after 200 ms, and after twice
   * as long each time (RFC 6298 section 5.5). Default 0.
   */
  readonly loss?: number | undefined
  /** The most bytes that arrive at once, at least 1. Default `Infinity`. */
  readonly chunkSize?: number | undefined
  /** The share of TLS handshakes that fail, from 0 to 1. Default 0. */
  readonly handshakeFailure?: number | undefined
}

/** The names of the options in {@link Conditions}. */
export const conditionNames: NamesOf<Conditions> = {
  latency: true,
  jitter: true,
  bandwidth: true,
  loss: true,
  chunkSize: true,
  handshakeFailure: true,
}

/** @throws OptionError `HAWSER_INVALID_OPTION` when one of them cannot work */
export function checkConditions(conditions: Conditions): void {
  checkOptions(conditions, conditionNames)
  const { handshakeFailure: failure = 0, ...toxics } = conditions
  checkToxics(toxics)
  if (failure >= 0 && failure <= 1) return
  throw invalid('handshakeFailure', `is ${String(failure)}; give a share from 0 to 1`)
}

/** The way from one host to another. The way back is another one. */
export class Path {
  /** What the connections on it listen to. */
  readonly line: ToxicLine = new ToxicLine()
  readonly #clock: Clock
  readonly #random: () => number
  readonly #cuts = new Set<string>()
  /** What makes it worse for a while, and why. */
  readonly #worse = new Map<string, Conditions>()
  #base: Conditions

  constructor(clock: Clock, random: () => number, conditions: Conditions) {
    this.#clock = clock
    this.#random = random
    this.#base = conditions
    this.#tell()
  }

  /** Whether nothing gets through. */
  get isCut(): boolean {
    return this.#cuts.size > 0
  }

  /** How good it is now. */
  get conditions(): Conditions {
    return Object.assign({}, this.#base, ...this.#worse.values()) as Conditions
  }

  /** @throws OptionError `HAWSER_INVALID_OPTION` when one of them cannot work */
  set(conditions: Conditions): void {
    checkConditions(conditions)
    this.#base = { ...this.#base, ...conditions }
    this.#tell()
  }

  /** For this reason it is worse, until it is mended. */
  worsen(reason: string, conditions: Conditions): void {
    this.#worse.set(reason, conditions)
    this.#tell()
  }

  /** Nothing gets through until each reason is taken back. */
  cut(reason: string): void {
    if (this.#cuts.size === 0) this.#cutLine(true)
    this.#cuts.add(reason)
  }

  /** Take back what was done for this reason. */
  mend(reason: string): void {
    if (this.#worse.delete(reason)) this.#tell()
    if (this.#cuts.delete(reason) && this.#cuts.size === 0) this.#cutLine(false)
  }

  /** Take back all that makes it worse than it was made. */
  mendAll(): void {
    this.#worse.clear()
    if (this.isCut) {
      this.#cuts.clear()
      this.#cutLine(false)
    }
    this.#tell()
  }

  /**
   * Send one packet outside of any stream: it arrives, or is lost.
   *
   * @returns takes it back
   */
  send(arrived: () => void): ClockTimer {
    const { latency = 0, jitter = 0, loss = 0 } = this.conditions
    const isLost = this.isCut || (loss > 0 && this.#random() < loss)
    const delay = jitter === 0 ? latency : latency + jitter * (2 * this.#random() - 1)
    const arrive = (): void => {
      if (!isLost && !this.isCut) arrived()
    }
    return this.#clock.schedule(arrive, delay, true)
  }

  /** Whether a TLS handshake over it is to fail. */
  breaksHandshake(): boolean {
    const { handshakeFailure: share = 0 } = this.conditions
    return share > 0 && this.#random() < share
  }

  #tell(): void {
    const { latency, jitter, bandwidth, loss, chunkSize } = this.conditions
    this.line.set({ latency, jitter, bandwidth, loss, chunkSize })
  }

  #cutLine(vanish: boolean): void {
    this.line.set({ vanish })
  }
}
