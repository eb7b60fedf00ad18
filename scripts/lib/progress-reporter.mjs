import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { MinimalReporter } from 'vitest/node'

/** How often it says how far it is while nothing fails. */
const EVERY = 10_000

/**
 * vitest's reporter for `npm test`: a failure by its name at once and whole at the end, otherwise a line
 * now and then. Writes the journal that `test-journal.mjs` reads.
 */
export default class ProgressReporter extends MinimalReporter {
  #files = 0
  #ended = 0
  #passed = 0
  #failed = 0
  /** @type {Map<string, number>} since when */
  #running = new Map()
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /** @override @param {readonly unknown[]} specifications */
  onTestRunStart(specifications) {
    super.onTestRunStart(/** @type {never} */ (specifications))
    this.#files = specifications.length
    this.#timer = setInterval(() => this.#say(), EVERY)
    this.#timer.unref()
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleStart(module) {
    this.#running.set(module.relativeModuleId, performance.now())
    record({ type: 'start', file: module.relativeModuleId })
  }

  /** @override @param {import('vitest/node').TestModule} module */
  printTestModule(module) {
    const file = module.relativeModuleId
    this.#running.delete(file)
    this.#ended += 1
    /** @type {Extract<import('./test-journal.mjs').Entry, { type: 'end' }>} */
    const entry = { type: 'end', file, passed: 0, failed: [], skipped: [] }
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') entry.passed += 1
      else if (state === 'failed') entry.failed.push(test.fullName)
      else entry.skipped.push(test.fullName)
    }
    if (!module.ok() && entry.failed.length === 0) entry.failed.push(`${file}: ${whyNot(module)}`)
    this.#passed += entry.passed
    this.#failed += entry.failed.length
    for (const name of entry.failed) process.stdout.write(`FAIL ${file}: ${name}\n`)
    record(entry)
  }

  /**
   * @override
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly import('@vitest/utils').SerializedError[]} errors
   * @param {import('vitest/node').TestRunEndReason} reason
   */
  onTestRunEnd(modules, errors, reason) {
    clearInterval(this.#timer)
    for (const { message } of errors) {
      record({ type: 'failed', what: `outside the tests: ${firstLine(message)}` })
    }
    record({ type: 'done' })
    if (this.#failed + errors.length > 0) super.onTestRunEnd(modules, errors, reason)
  }

  #say() {
    const counts = [`${this.#ended} of ${this.#files} files`, `${this.#passed} passed`]
    if (this.#failed > 0) counts.push(`${this.#failed} failed`)
    const now = performance.now()
    const files = [...this.#running].map(
      ([file, since]) => `${file.replace(/^.*\//, '')} ${Math.round((now - since) / 1000)} s`,
    )
    process.stdout.write(`     ${counts.join(', ')}; now ${files.join(', ')}\n`)
  }
}

/** @param {import('vitest/node').TestModule} module */
function whyNot(module) {
  return firstLine(module.errors()[0]?.message ?? 'failed outside its tests; see above')
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n', 1)[0] ?? ''
}

/** @param {import('./test-journal.mjs').Entry} entry */
function record(entry) {
  const path = process.env['HAWSER_TEST_JOURNAL']
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(entry)}\n`)
}
