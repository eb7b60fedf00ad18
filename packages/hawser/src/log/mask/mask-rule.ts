import { Buffer } from 'node:buffer'
import { valueOf } from '../../callbacks.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid, show } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import { examine, type Expression } from './expression.js'

/** A piece of what is looked at: from a byte to the one behind its last. */
export type MaskedRange = readonly [from: number, to: number]

/**
 * What must not be in a log. Bytes that it finds are stored as `*`, and their rows have the flag `changed`.
 *
 * A secret may come in several pieces. So bytes at the end of a direction that may be the beginning of one are held back
 * until more bytes come or the connection closes: as many as the longest secret may have, at most.
 */
export interface MaskRule {
  /**
   * A regular expression that is run over the bytes, one character for each (Latin-1): its groups are masked,
   * or all of it if it has none. `/AUTH (\S+)/` masks the token and leaves the command.
   */
  readonly pattern?: RegExp | undefined
  /**
   * In place of a pattern: returns which of the bytes are to be masked, in ascending order. It is called again with
   * bytes that it has seen, until it is known what follows them. If it throws, or returns anything else, its
   * connection is not logged any more.
   */
  readonly find?: ((bytes: Uint8Array) => readonly MaskedRange[]) | undefined
  /**
   * Bytes of the longest match, 1 to 4,096, with what is around its groups. A match that turns out to be longer
   * ends the logging of its connection, since it is not known where the secret ends. Default: what the pattern says,
   * where it says how often each part may be repeated (`\S{1,64}`) and has no flag `u` or `v`.
   */
  readonly longest?: number | undefined
}

const ruleNames: NamesOf<MaskRule> = { pattern: true, find: 'function', longest: true }

/** A match: where it begins and ends, and what of it is masked. */
export interface Match {
  readonly from: number
  readonly to: number
  readonly masked: readonly MaskedRange[]
}

/** A rule that is ready: calls `found` for each match behind `from`, in order, until it returns false. */
export interface Finder {
  readonly longest: number
  find(text: string, from: number, found: (match: Match) => boolean): void
  /** The first place from `from` on at which a match may begin whose end has not come; the end of the text for none. */
  firstOpen(text: string, from: number): number
  /**
   * What of the end of the text, from `from` on, is masked when nothing follows it: the beginning of a match, where
   * it can be told and is long enough to say anything.
   */
  cutOff(text: string, from: number): readonly MaskedRange[]
}

const mostLongest = 4_096
/** Bytes of a match that are no piece of a secret yet: a text may end with an `A` for itself. */
const saysNothing = 3
/** Characters of an expression that an error repeats. */
const mostShown = 80

/** @throws OptionError */
export function createFinders(rules: readonly MaskRule[]): Finder[] {
  if (!Array.isArray(rules)) throw invalid('mask', `is ${show(rules)}: it takes an array of rules`)
  return rules.map((rule: MaskRule, index) => createFinder(rule, `mask[${index}]`))
}

function createFinder(rule: MaskRule, where: string): Finder {
  checkOptions(rule, ruleNames, where)
  const { pattern, find } = rule
  if ((pattern === undefined) === (find === undefined)) {
    throw invalid(where, 'takes either a pattern or a function find')
  }
  if (find !== undefined) {
    const longest = checkLongest(rule.longest, where)
    return { longest, find: byFunction(find), ...openIn(undefined) }
  }
  if (!(pattern instanceof RegExp)) {
    throw invalid(`${where}.pattern`, `is ${show(pattern)}: it takes a regular expression`)
  }
  const known = examine(pattern, rule.longest ?? mostLongest)
  const longest =
    rule.longest === undefined
      ? boundOf(pattern, known, `${where}.pattern`)
      : checkLongest(rule.longest, where)
  return { longest, find: byExpression(pattern), ...openIn(known?.open) }
}

function checkLongest(longest: number | undefined, where: string): number {
  if (Number.isInteger(longest) && longest! >= 1 && longest! <= mostLongest) return longest!
  const text = `is ${show(longest)}: it takes a number of bytes, 1 to ${mostLongest}`
  throw invalid(`${where}.longest`, text)
}

/** What an expression says itself of its longest match. */
function boundOf(pattern: RegExp, known: Expression | undefined, where: string): number {
  const name = `is ${String(pattern).slice(0, mostShown)}`
  if (known === undefined) {
    const why = 'which has a flag u or v, or refers to a group, so its longest match is not known'
    throw invalid(where, `${name}, ${why}: write it without`)
  }
  const { longest } = known
  if (longest === Infinity) {
    const remedy = String.raw`say how often each part may come, as \S{1,256} does and \S+ does not`
    throw invalid(where, `${name}, which may match without end: ${remedy}`)
  }
  if (longest >= 1 && longest <= mostLongest) return longest
  const how = longest < 1 ? 'matches nothing' : `may match ${longest} bytes`
  throw invalid(where, `${name}, which ${how}: it takes 1 to ${mostLongest} bytes`)
}

/** Without an expression for it, each place may be one. */
function openIn(open: RegExp | undefined): Pick<Finder, 'firstOpen' | 'cutOff'> {
  if (open === undefined) return { firstOpen: (_, from) => from, cutOff: () => [] }
  const look = (text: string, from: number): RegExpExecArray | null => {
    open.lastIndex = from
    return open.exec(text)
  }
  return {
    firstOpen: (text, from) => look(text, from)?.index ?? text.length,
    cutOff: (text, from) => {
      const match = look(text, from)
      if (match === null || text.length - match.index <= saysNothing) return []
      return maskedOf(match).filter(([begin, end]) => end > begin)
    },
  }
}

function byExpression({ source, flags }: RegExp): Finder['find'] {
  const expression = new RegExp(source, `${flags.replaceAll(/[dgy]/g, '')}dg`)
  return (text, from, found) => {
    expression.lastIndex = from
    for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
      const { index, 0: whole } = match
      // One without a character would be found for ever.
      if (whole === '') expression.lastIndex++
      else if (!found({ from: index, to: index + whole.length, masked: maskedOf(match) })) return
    }
  }
}

/** Its groups, or all of it without any. */
function maskedOf({ indices = [] }: RegExpExecArray): readonly MaskedRange[] {
  const [whole = [0, 0], ...groups] = indices
  return groups.length > 0 ? groups.filter((group) => group !== undefined) : [whole]
}

function byFunction(find: NonNullable<MaskRule['find']>): Finder['find'] {
  return (text, from, found) => {
    const ranges = valueOf('mask.find', find(Buffer.from(text, 'latin1')))
    let last = 0
    for (const [begin, end] of ranges) {
      const isPossible =
        Number.isInteger(begin) && begin >= last && end > begin && end <= text.length
      if (!isPossible || !Number.isInteger(end)) {
        throw new RangeError(`it returned the range ${begin} to ${end} of ${text.length} bytes`)
      }
      last = end
      if (begin >= from && !found({ from: begin, to: end, masked: [[begin, end]] })) return
    }
  }
}
