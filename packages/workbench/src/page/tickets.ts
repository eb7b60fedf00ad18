import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Milliseconds that a link can be used. */
const lifetime = 10 * 60_000
/** Links that may wait to be used. */
const mostLinks = 32
/** Browsers that may be let in; the oldest has to come in again. */
const mostVisitors = 64

/** What a browser gets for a link. Neither is good without the other. */
export interface Pass {
  /** The secret of a cookie, which browsers send to each server of this machine, whatever its port is. */
  readonly secret: string
  /** What the page keeps, where only a page of the same port can read it. */
  readonly key: string
}

/** What opens the page: tokens, each good for one time, and what a browser gets for one. */
export class Tickets {
  readonly #now: () => number
  /** By the digest of the token: until when. */
  readonly #links = new Map<string, number>()
  readonly #visitors = new Set<string>()

  /** @param now milliseconds of a clock that is never set back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A fresh token of 192 bits. */
  issue(): string {
    const token = draw()
    this.#links.set(digest(token), this.#now() + lifetime)
    trim(this.#links, mostLinks)
    return token
  }

  /** @returns undefined for a token that is used, old or wrong */
  exchange(token: string): Pass | undefined {
    const wanted = digest(token)
    let until = -Infinity
    for (const [known, end] of this.#links) if (isSame(known, wanted)) until = end
    this.#links.delete(wanted)
    if (this.#now() >= until) return undefined
    const pass = { secret: draw(), key: draw() }
    this.#visitors.add(digestOf(pass))
    trim(this.#visitors, mostVisitors)
    return pass
  }

  /** Whether a browser was let in. */
  admits(pass: Pass): boolean {
    const wanted = digestOf(pass)
    let found = false
    for (const known of this.#visitors) found = isSame(known, wanted) || found
    return found
  }
}

/** 192 bits by chance. */
function draw(): string {
  return randomBytes(24).toString('base64url')
}

function digestOf({ secret, key }: Pass): string {
  return digest(`${digest(secret)} ${digest(key)}`)
}

/** Texts of any length become ones of the same, which can be compared in constant time. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function trim(entries: Map<string, unknown> | Set<string>, most: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= most) return
    entries.delete(key)
  }
}
