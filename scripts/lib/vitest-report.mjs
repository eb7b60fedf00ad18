/**
 * @typedef {object} TestCounts
 * @property {number} passed
 * @property {number} failed tests that failed, and files that could not be loaded
 * @property {string[]} failures what failed, by full name
 * @property {string[]} skips what was skipped, by full name
 */

/**
 * Reads the counts from vitest's JSON report. A missing report counts as nothing run.
 *
 * @param {() => string} load
 * @returns {TestCounts}
 */
export function readVitestReport(load) {
  /** @type {TestCounts} */
  const counts = { passed: 0, failed: 0, failures: [], skips: [] }
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  let report
  try {
    report = JSON.parse(load())
  } catch {
    return counts
  }
  for (const file of report.testResults) {
    const before = counts.failed
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') counts.passed += 1
      else if (status === 'failed') {
        counts.failed += 1
        counts.failures.push(fullName)
      } else counts.skips.push(fullName)
    }
    if (file.status === 'failed' && counts.failed === before) {
      counts.failed += 1
      const why = file.message.split('\n', 1)[0] || 'failed outside its tests; see above'
      counts.failures.push(`${file.name}: ${why}`)
    }
  }
  return counts
}
