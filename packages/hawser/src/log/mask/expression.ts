/** What is known of a regular expression from its source. */
export interface Expression {
  /** The most characters that decide on a match, those that it looks at around it included; Infinity for no bound. */
  readonly longest: number
  /**
   * Matches from the first place on at which a match may begin whose end has not come; it has the flags `d` and `g`,
   * and the groups of the expression. Undefined where that cannot be said.
   */
  readonly open: RegExp | undefined
}

/** A part of one: how many characters it takes, and its source with an end of the input allowed at every place. */
interface Part {
  readonly most: number
  readonly open: string
  /** In how many ways it may go over the same characters, at most: an open one that fails has to try them all. */
  readonly ways: number
}

/** Two of `\S{1,256}` beside each other have as many; a trial of each from every place takes some 100 ms. */
const mostWays = 256 * 256

/** The end of the input, whatever flags there are. */
const end = '(?![^])'
const groupStart = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]*:))?/y
const characterClass = /\[(?:\\[^]|[^\]\\])*\]/y
const escape = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[A-Za-z]|[^])/y
const quantifier = /(?:[*+?]|\{(?<least>\d+)(?:(?<to>,)(?<most>\d*))?\})\??/y

/**
 * @param bound the most characters of a match, where the expression itself has no bound
 * @returns undefined where its source cannot be judged: it refers to its groups, or has the flag `u` or `v`
 */
export function examine({ source, flags }: RegExp, bound: number): Expression | undefined {
  if (/[uv]/.test(flags)) return undefined
  const reading = new Reading(source, bound)
  const { most, open, ways } = reading.alternatives()
  if (reading.isUnclear) return undefined
  // It fails where the expression itself matches, and one as `(?:\w{1,32} ?){1,8}` would then hardly ever come to its end.
  if (reading.looksAround || ways > mostWays) return { longest: most, open: undefined }
  return {
    longest: most,
    open: new RegExp(`(?:${open})${end}`, `${flags.replaceAll(/[dgy]/g, '')}dg`),
  }
}

/** Goes once through the source of an expression, which is known to be one. */
class Reading {
  /** It has something of which the length cannot be said. */
  isUnclear = false
  /**
   * It looks further ahead than one character, so that what has matched may still come to be no match. Or it looks
   * back, which may fail at the end of the input, where each part has several ways to match nothing: to try all of
   * them could take for ever.
   */
  looksAround = false
  readonly #source: string
  readonly #bound: number
  #at = 0

  constructor(source: string, bound: number) {
    this.#source = source
    this.#bound = bound
  }

  alternatives(): Part {
    const parts = [this.#sequence()]
    while (this.#source[this.#at] === '|') {
      this.#at += 1
      parts.push(this.#sequence())
    }
    return {
      most: Math.max(...parts.map(({ most }) => most)),
      open: parts.map(({ open }) => open).join('|'),
      ways: parts.reduce((sum, { ways }) => sum + ways, 0),
    }
  }

  #sequence(): Part {
    let most = 0
    let open = ''
    let ways = 1
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) {
      const part = this.#repeated()
      most += part.most
      open += part.open
      ways *= part.ways
    }
    return { most, open, ways }
  }

  #repeated(): Part {
    const part = this.#atom()
    const found = this.#take(quantifier)
    if (found === undefined) return part
    const { least, to, most } = found.groups ?? {}
    const isMaybe = found[0].startsWith('?')
    const fewest = Number((isMaybe || found[0].startsWith('*') ? 0 : least) ?? 1)
    const times = isMaybe ? 1 : Number((to === undefined ? least : most) || Infinity)
    const rounds = Math.min(times, this.#bound)
    return {
      most: part.most === 0 ? 0 : part.most * times,
      open: part.open + found[0],
      ways: Math.max(1, rounds - fewest + 1) * part.ways ** rounds,
    }
  }

  #atom(): Part {
    const group = this.#take(groupStart)
    if (group !== undefined) return this.#group(group[0])
    const taken = this.#take(characterClass)?.[0] ?? this.#take(escape)?.[0] ?? this.#character()
    // Those that look at what is around them: one character of it.
    if (taken === '^' || taken === '$') {
      if (taken === '^' && this.#at > 1) this.looksAround = true
      return { most: 1, open: taken, ways: 1 }
    }
    if (/^\\[bB]$/.test(taken)) return { most: 1, open: orEnd(taken), ways: 1 }
    // References to groups, and octal numbers.
    if (/^\\(?:[\dk]|c$)/.test(taken) && !this.#isZero(taken)) this.isUnclear = true
    return { most: 1, open: orEnd(taken), ways: 1 }
  }

  #group(start: string): Part {
    const from = this.#at
    const { most, open, ways } = this.alternatives()
    const source = this.#source.slice(from, this.#at)
    this.#at += 1
    if (start.startsWith('(?<=') || start.startsWith('(?<!')) {
      this.looksAround = true
      return { most, open: `${start}${source})`, ways }
    }
    if (start === '(?=' || start === '(?!') {
      if (most > 1) this.looksAround = true
      return { most, open: orEnd(`${start}${source})`), ways }
    }
    return { most, open: orEnd(`${start}${open})`), ways }
  }

  /** `\0` with no digit behind it is a character. */
  #isZero(taken: string): boolean {
    return taken === String.raw`\0` && !/\d/.test(this.#source[this.#at] ?? '')
  }

  #character(): string {
    const character = this.#source[this.#at] ?? ''
    this.#at += 1
    return character
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at
    const found = expression.exec(this.#source)
    if (found === null) return undefined
    this.#at = expression.lastIndex
    return found
  }
}

function orEnd(source: string): string {
  return `(?:${source}|${end})`
}
