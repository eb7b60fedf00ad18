import { expect, it } from 'vitest'
import { readVitestReport } from '../scripts/lib/vitest-report.mjs'

function countReport(testResults: unknown): ReturnType<typeof readVitestReport> {
  return readVitestReport(() => JSON.stringify({ testResults }))
}

const test = (status: string, fullName: string): object => ({ status, fullName })

it('passed, failed and every kind of not run are counted, the last two by name', () => {
  const assertionResults = [
    test('passed', 'a'),
    test('failed', 'b'),
    test('skipped', 'c'),
    test('pending', 'd'),
    test('todo', 'e'),
  ]
  const counts = countReport([{ name: 'f', status: 'failed', message: '', assertionResults }])
  expect(counts).toEqual({ passed: 1, failed: 1, failures: ['b'], skips: ['c', 'd', 'e'] })
})

it('a file that does not load is a failure though no test of it ran', () => {
  const file = { name: 'f.ts', status: 'failed', message: 'no such\nmodule', assertionResults: [] }
  expect(countReport([file])).toMatchObject({ failed: 1, failures: ['f.ts: no such'] })
})

it('a missing report counts nothing as passed', () => {
  const counts = readVitestReport(() => {
    throw new Error('no such file')
  })
  expect(counts).toEqual({ passed: 0, failed: 0, failures: [], skips: [] })
})
