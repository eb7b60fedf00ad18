import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * @typedef {object} Example
 * @property {string} name what `npm run example` takes
 * @property {string} path its source, from the root
 * @property {string} summary the first sentence of its first comment
 */

/** The folders of examples/ and the situation that each is for, in the order of the list. */
export const SITUATIONS = new Map([
  ['servers', 'Write a server'],
  ['clients', 'Write a client'],
  ['production', 'Run it in production'],
  ['testing', 'Test it'],
  ['redis', 'Speak a protocol of your own'],
  ['protocols', 'Speak to what is there: devices, hospitals, mail, games'],
])

/**
 * The examples of one folder. A folder with a `main.ts`, or one in it, is one example of several files.
 *
 * @param {string} root @param {string} folder @returns {Example[]}
 */
export function listExamples(root, folder) {
  const home = join('examples', folder)
  if (existsSync(join(root, home, 'main.ts'))) return [describe(root, home, 'main.ts')]
  const names = readdirSync(join(root, home)).toSorted()
  return names.flatMap((name) => {
    if (name.endsWith('.ts')) return [describe(root, home, name)]
    const inner = join(home, name)
    return existsSync(join(root, inner, 'main.ts')) ? [describe(root, inner, 'main.ts')] : []
  })
}

/** @param {string} root @param {string} home @param {string} file @returns {Example} */
function describe(root, home, file) {
  return {
    name: basename(file === 'main.ts' ? home : file, '.ts'),
    path: `${home}/${file}`,
    summary: readSummary(join(root, home, file)),
  }
}

/** @param {string} path */
function readSummary(path) {
  const [comment = ''] = readFileSync(path, 'utf8').split(/\n(?!\/\/ )/, 1)
  const text = comment.replaceAll(/^\/\/ /gm, '').replaceAll('\n', ' ')
  return /^.+?\.(?= |$)/.exec(text)?.[0] ?? text
}

/**
 * The names most like `word`: those that contain it, or else those that a few slips of the finger make.
 *
 * @param {string} word @param {readonly string[]} names
 */
export function findSimilar(word, names) {
  const parts = names.filter((name) => word.length > 2 && name.includes(word))
  if (parts.length > 0) return parts
  const slips = names.map((name) => countSlips(word, name))
  const fewest = Math.min(...slips)
  return fewest <= Math.max(2, word.length / 3) ? names.filter((_, at) => slips[at] === fewest) : []
}

/**
 * How many letters to insert, delete or replace until `left` is `right` (Levenshtein).
 *
 * @param {string} left @param {string} right @returns {number}
 */
function countSlips(left, right) {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (const [at, letter] of left.split('').entries()) {
    const next = [at + 1]
    for (const [to, other] of right.split('').entries()) {
      const kept = (row[to] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(kept, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
