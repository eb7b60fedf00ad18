/** Bytes that are written in a way that means none. */
export class SpellingError extends Error {
  /** Where in the text, from 0. */
  readonly at: number
  readonly what: string
  readonly remedy: string

  constructor(at: number, what: string, remedy: string) {
    super(`${what} at character ${at + 1}: ${remedy}`)
    this.name = 'SpellingError'
    this.at = at
    this.what = what
    this.remedy = remedy
  }
}
