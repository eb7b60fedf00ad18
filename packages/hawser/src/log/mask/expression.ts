/** What is known of a regular expression from its source. */
export interface Expression {
  /** The most characters that decide on a match, those that it looks at around it included; Infinity for no bound. */
  readonly longest: number
  /**
   * Matches from the first place on at which a match may begin whose end has not come; it has the flag `g`. Undefined
   * where that cannot be said.
   */
  readonly open: RegExp | undefined
}

/** A part of one: how many characters it takes, and its source with an end of the input allowed at every place. */
interface Part {
  readonly most: number
  readonly open: string
}

/** The end of the input, whatever flags there are. */
const end = '(?![^])'
const groupStart = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]*:))?/y
const characterClass = /\[(?:\\[^]|[^\]\\])*\]/y
const escape = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[A-Za-z]|[^])/y
const quantifier = /(?:[*+?]|\{(?<least>\d+)(?:(?<to>,)(?<most>\d*))?\})\??/y

/** @returns undefined where its source cannot be judged: it refers to its groups, or has the flag `u` or `v` */
export function examine({ source, flags }: RegExp): Expression | undefined {
  if (/[uv]/.test(flags)) return undefined
  const reading = new Reading(source)
  const { most, open } = reading.alternatives()
  if (reading.isUnclear) return undefined
  if (reading.looksAround) return { longest: most, open: undefined }
  return {
    longest: most,
    open: new RegExp(`(?:${open})${end}`, `${flags.replaceAll(/[dgy]/g, '')}g`),
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
  #at = 0

  constructor(source: string) {
    this.#source = source
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
    }
  }

  #sequence(): Part {
    let most = 0
    let open = ''
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) {
      const part = this.#repeated()
      most += part.most
      open += part.open
    }
    return { most, open }
  }

  #repeated(): Part {
    const part = this.#atom()
    const found = this.#take(quantifier)
    if (found === undefined) return part
    const { least, to, most } = found.groups ?? {}
    const times = found[0].startsWith('?')
      ? 1
      : Number((to === undefined ? least : most) || Infinity)
    return { most: part.most === 0 ? 0 : part.most * times, open: part.open + found[0] }
  }

  #atom(): Part {
    const group = this.#take(groupStart)
    if (group !== undefined) return this.#group(group[0])
    const taken = this.#take(characterClass)?.[0] ?? this.#take(escape)?.[0] ?? this.#character()
    // Those that look at what is around them: one character of it.
    if (taken === '^' || taken === '$') {
      if (taken === '^' && this.#at > 1) this.looksAround = true
      return { most: 1, open: taken }
    }
    if (/^\\[bB]$/.test(taken)) return { most: 1, open: orEnd(taken) }
    // References to groups, and octal numbers.
    if (/^\\(?:[\dk]|c$)/.test(taken) && !this.#isZero(taken)) this.isUnclear = true
    return { most: 1, open: orEnd(taken) }
  }

  #group(start: string): Part {
    const from = this.#at
    const { most, open } = this.alternatives()
    const source = this.#source.slice(from, this.#at)
    this.#at += 1
    if (start.startsWith('(?<=') || start.startsWith('(?<!')) {
      this.looksAround = true
      return { most, open: `${start}${source})` }
    }
    if (start === '(?=' || start === '(?!') {
      if (most > 1) this.looksAround = true
      return { most, open: orEnd(`${start}${source})`) }
    }
    const isPlain = start === '(' || start.startsWith('(?<')
    return { most, open: orEnd(`${isPlain ? '(?:' : start}${open})`) }
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
