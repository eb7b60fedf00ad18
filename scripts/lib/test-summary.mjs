/**
 * @param {import('./step.mjs').Outcome[]} outcomes of the steps that began
 * @param {string[]} notBegun names of the others, when the run was stopped
 * @returns {{ lines: string[], failed: number }} the end of the output, its last line the count
 */
export function summarize(outcomes, notBegun) {
  const lines = ['']
  const problems = []
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const { name, ok, journal, cut } of outcomes) {
    if (journal === undefined) {
      if (ok) passed += 1
      else {
        failed += 1
        problems.push(cut === undefined ? name : `${name}: ${cut}`)
      }
      continue
    }
    passed += journal.passed
    skipped += journal.skipped.length
    for (const test of journal.skipped) lines.push(`SKIPPED ${test}`)
    const own = journal.failed.map((test) => `${name}: ${test}`)
    const why = whyIncomplete(ok, journal, cut)
    if (why !== undefined) own.push(`${name}: ${why}`)
    failed += own.length
    problems.push(...own)
  }
  for (const problem of problems) lines.push(`FAILED ${problem}`)
  for (const { name, ok, ms } of outcomes) {
    lines.push(`${ok ? 'ok  ' : 'FAIL'} ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`)
  }
  for (const name of notBegun) lines.push(`not begun    ${name}`)
  if (notBegun.length > 0 && failed === 0) failed = 1
  lines.push(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return { lines, failed }
}

/**
 * Whatever ends the runner without failing a test is a failure of its own.
 *
 * @param {boolean} ok
 * @param {import('./test-journal.mjs').Journal} journal
 * @param {string | undefined} cut
 */
function whyIncomplete(ok, journal, cut) {
  if (cut !== undefined || !journal.isDone) {
    const files = journal.running.length === 0 ? 'no file' : journal.running.join(', ')
    return `${cut ?? 'it ended before its end'}; running was ${files}`
  }
  if (journal.passed + journal.failed.length === 0) return 'no test ran'
  if (ok || journal.failed.length > 0) return undefined
  return 'the runner failed although no test did; its output says why'
}
