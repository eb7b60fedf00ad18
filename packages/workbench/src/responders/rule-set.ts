import { Buffer } from 'node:buffer'
import { patternBytes } from '../pattern-bytes.js'
import type { Responder } from '../protocol/responder.js'
import { BoundedRegex } from './bounded-regex.js'

/** A rule as it is used. */
export interface Rule {
  readonly name: string
  readonly delay: number
  readonly act: Responder['do']
  /** What is sent, with `act` reply. */
  readonly reply: Uint8Array
}

/** @returns undefined when it cannot be said in time */
type Fits = (message: Buffer) => boolean | undefined

const none = new Uint8Array(0)

/** Rules in their order. */
export class RuleSet {
  readonly #rules: { readonly rule: Rule; readonly fits: Fits }[]
  readonly #tooSlow: (name: string) => void

  /**
   * @param tooSlow called with the name of a rule whose expression took too long: it is out of the set from then on
   * @throws WorkbenchError for hex and expressions that are none
   */
  constructor(responders: readonly Responder[], tooSlow: (name: string) => void) {
    // One that is switched off is checked as well: it may be switched on at any time.
    this.#rules = responders
      .map((responder) => ({ ...compile(responder), isOff: responder.off === true }))
      .filter(({ isOff }) => !isOff)
    this.#tooSlow = tooSlow
  }

  /** @returns the first rule that fits; undefined when none does */
  choose(message: Uint8Array): Rule | undefined {
    if (this.#rules.length === 0) return undefined
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length)
    for (const each of [...this.#rules]) {
      const isFit = each.fits(bytes)
      if (isFit === true) return each.rule
      if (isFit === undefined) {
        this.#rules.splice(this.#rules.indexOf(each), 1)
        this.#tooSlow(each.rule.name)
      }
    }
    return undefined
  }
}

function compile(responder: Responder): { readonly rule: Rule; readonly fits: Fits } {
  const { name, delay = 0, match } = responder
  const reply = responder.do === 'reply' ? replyOf(responder.reply) : none
  return { rule: { name, delay, act: responder.do, reply }, fits: fitsOf(match) }
}

/** Nothing is a reply too: a frame without bytes. */
function replyOf(reply: Extract<Responder, { do: 'reply' }>['reply']): Uint8Array {
  return reply.as === 'hex' && reply.hex.trim() === '' ? none : patternBytes(reply)
}

function fitsOf(match: Responder['match']): Fits {
  if (match.as === 'length') {
    const { from = 0, to = Infinity } = match
    return ({ length }) => length >= from && length <= to
  }
  if (match.as === 'regex') {
    const regex = new BoundedRegex(match.regex)
    return (message) => regex.test(message.toString('latin1'))
  }
  const bytes = patternBytes(match)
  return (message) => message.includes(bytes)
}
