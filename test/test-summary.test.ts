import { describe, expect, it } from 'vitest'
import type { Outcome } from '../scripts/lib/step.mjs'
import { replay } from '../scripts/lib/test-journal.mjs'
import { summarize } from '../scripts/lib/test-summary.mjs'

const check = (name: string, ok: boolean, cut?: string): Outcome => ({
  name,
  ok,
  ms: 1_500,
  journal: undefined,
  cut,
})

const tests = (ok: boolean, entries: Parameters<typeof replay>[0], cut?: string): Outcome => ({
  name: 'tests',
  ok,
  ms: 60_000,
  journal: replay(entries),
  cut,
})

const end: Parameters<typeof replay>[0][number] = {
  type: 'end',
  file: 'a',
  passed: 3,
  failed: [],
  skipped: [],
}

describe('the end of npm test', () => {
  it('counts checks and tests together, and names what was skipped and what failed', () => {
    const { lines, failed } = summarize(
      [
        check('format', true),
        check('lint', false),
        tests(false, [
          { type: 'start', file: 'a' },
          { type: 'end', file: 'a', passed: 3, failed: ['group > one'], skipped: ['two'] },
          { type: 'done' },
        ]),
      ],
      [],
    )
    expect(failed).toBe(2)
    expect(lines).toEqual([
      '',
      'SKIPPED two',
      'FAILED lint',
      'FAILED tests: group > one',
      'ok      1.5 s  format',
      'FAIL    1.5 s  lint',
      'FAIL   60.0 s  tests',
      '4 passed, 2 failed, 1 skipped',
    ])
  })

  it('says what was running when tests were cut off, and what had passed by then', () => {
    const entries: Parameters<typeof replay>[0] = [
      { type: 'start', file: 'a' },
      { type: 'start', file: 'b' },
      end,
    ]
    const { lines, failed } = summarize([tests(false, entries, 'stopped: it said nothing')], ['x'])
    expect(failed).toBe(1)
    expect(lines).toContain('FAILED tests: stopped: it said nothing; running was b')
    expect(lines).toContain('not begun    x')
    expect(lines.at(-1)).toBe('3 passed, 1 failed, 0 skipped')
  })

  it('fails when the runner died without a word', () => {
    const { lines } = summarize([tests(false, [])], [])
    expect(lines).toContain('FAILED tests: it ended before its end; running was no file')
  })

  it('fails when no test ran, and when the runner failed although no test did', () => {
    expect(summarize([tests(true, [{ type: 'done' }])], []).lines).toContain(
      'FAILED tests: no test ran',
    )
    const { lines } = summarize([tests(false, [end, { type: 'done' }])], [])
    expect(lines).toContain(
      'FAILED tests: the runner failed although no test did; its output says why',
    )
  })

  it('fails when it was stopped between two steps', () => {
    const { lines, failed } = summarize([check('format', true)], ['lint'])
    expect([failed, lines.at(-1)]).toEqual([1, '1 passed, 1 failed, 0 skipped'])
  })
})
