import process from 'node:process'

/** Any will do, as long as it is the same each time. */
const seed = 20_261_126

/** Whether everything is tried, and not only what `npm test` has the time for. */
export const isWhole: boolean = process.env['HAWSER_TEST_ALL'] !== undefined

/**
 * How often a property is tried. `npm test` tries a tenth of it with one seed, so that it says the
 * same twice; `npm run test:all` tries all of it with a new seed, which fast-check prints when the
 * property fails.
 */
export function runs(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  if (isWhole) return { numRuns }
  return { numRuns: Math.max(1, Math.ceil(numRuns / 10)), seed }
}
