import { expect, it } from 'vitest'
import { readDocuments } from './support/markdown.js'

/** Words that hide the subject of a sentence, and what to write: who does it, or "returns", "reply". */
const riddles = /\b(?:(?:no|some|any)body|whoever|told of|answer(?:s|ed|ing)?)\b/gi

const documents = readDocuments()

it.each(documents.map(({ path, text }) => [path, text] as const))(
  '%s says who does what, in plain words',
  (_path, text) => {
    const found = text
      .replaceAll(/^( *)```[^]*?^\1```$/gm, (block) => block.replaceAll(/[^\n]/g, ''))
      .replaceAll(/`[^`]+`/g, (code) => code.replaceAll(/[^\n]/g, ' '))
      .split('\n')
      .flatMap((line, at) => [...line.matchAll(riddles)].map(([word]) => `line ${at + 1}: ${word}`))
    expect(found).toEqual([])
  },
)
