import { readFileSync } from 'node:fs'

/**
 * What the tests have done so far, a JSON object a line, written as they go: a run that is cut off
 * still says what passed, what failed and what was running.
 *
 * @typedef {{ type: 'start', file: string }
 *   | { type: 'end', file: string, passed: number, failed: string[], skipped: string[] }
 *   | { type: 'failed', what: string }
 *   | { type: 'done' }} Entry
 *
 * @typedef {object} Journal
 * @property {number} passed
 * @property {string[]} failed what failed, by full name; files that could not be loaded as well
 * @property {string[]} skipped by full name
 * @property {string[]} running files that have begun and not ended
 * @property {boolean} isDone the runner came to its end
 */

/** @param {string} path @returns {Journal} of a run that wrote nothing: nothing */
export function readJournal(path) {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // It was never begun.
  }
  return replay(
    text
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line)),
  )
}

/** @param {Entry[]} entries @returns {Journal} */
export function replay(entries) {
  /** @type {Journal} */
  const journal = { passed: 0, failed: [], skipped: [], running: [], isDone: false }
  /** @type {Set<string>} */
  const running = new Set()
  for (const entry of entries) {
    if (entry.type === 'start') running.add(entry.file)
    else if (entry.type === 'failed') journal.failed.push(entry.what)
    else if (entry.type === 'done') journal.isDone = true
    else {
      running.delete(entry.file)
      journal.passed += entry.passed
      journal.failed.push(...entry.failed)
      journal.skipped.push(...entry.skipped)
    }
  }
  journal.running = [...running]
  return journal
}
