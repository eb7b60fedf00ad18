import { UsageError } from '../../failure.js'

/** A stretch of what `--framing` says. */
export interface Part {
  readonly text: string
  /** Where it begins, from 0. */
  readonly at: number
}

/** The two sides of a part. */
export interface Sides {
  readonly name: Part
  /** Undefined where the mark is missing. */
  readonly value: Part | undefined
}

/**
 * The parts of `NAME:MAIN,option=value`, cut at its commas. One that is in quotes, or behind a backslash,
 * is none of them.
 *
 * @throws UsageError
 */
export function cutParts(text: string): Part[] {
  const parts: Part[] = []
  let start = 0
  let quote = -1
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at += 1
    else if (character === '"') quote = quote === -1 ? at : -1
    else if (character === ',' && quote === -1) {
      parts.push({ text: text.slice(start, at), at: start })
      start = at + 1
    }
  }
  if (quote !== -1)
    throw refuse(quote, 'the quote is not closed', 'write " behind the text as well')
  return [...parts, { text: text.slice(start), at: start }]
}

/** What is in front of the first `mark`, and what is behind it. */
export function divide({ text, at }: Part, mark: string): Sides {
  const index = text.indexOf(mark)
  if (index === -1) return { name: { text, at }, value: undefined }
  return {
    name: { text: text.slice(0, index), at },
    value: { text: text.slice(index + 1), at: at + index + 1 },
  }
}

/** The error of a part, which says where it is. */
export function refuse(at: number, what: string, remedy: string): UsageError {
  return new UsageError(`--framing, character ${at + 1}: ${what}`, remedy)
}
