import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { type Difference, findDifferences } from '../../web/bytes/differences.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)

/** What is left without the runs of a kind. */
function without(differences: readonly Difference[], kind: Difference['kind']): Buffer {
  return Buffer.concat(differences.filter((run) => run.kind !== kind).map((run) => run.bytes))
}

function write(differences: readonly Difference[]): string {
  const marks = { same: '', removed: '-', added: '+' }
  return differences
    .map(({ kind, bytes }) => `${marks[kind]}${new TextDecoder().decode(bytes)}`)
    .join('|')
}

it.each([
  ['GET /a', 'GET /b', 'GET /|-a|+b'],
  ['same', 'same', 'same'],
  ['', 'new', '+new'],
  ['old', '', '-old'],
  ['aXbXc', 'abc', 'a|-X|b|-X|c'],
  ['value=10;', 'value=100;', 'value=10|+0|;'],
])('%j and %j', (before, after, differences) => {
  expect(write(findDifferences(text(before), text(after)))).toBe(differences)
})

it('either of them is what is left without what only the other one has', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 }).map(text)
  fc.assert(
    fc.property(letters, letters, (before, after) => {
      const differences = findDifferences(before, after)
      expect(without(differences, 'added')).toEqual(Buffer.from(before))
      expect(without(differences, 'removed')).toEqual(Buffer.from(after))
      const kinds = differences.map(({ kind }) => kind)
      expect(kinds.some((kind, index) => kind === kinds[index + 1])).toBe(false)
    }),
    runs(2_000),
  )
})

it('what differs in too much to be compared is one run', () => {
  const [before, after] = [Buffer.alloc(5_000, 'ab'), Buffer.alloc(5_000, 'ba')]
  const differences = findDifferences(
    Buffer.concat([text('<'), before, text('>')]),
    Buffer.concat([text('<'), after, text('>')]),
  )
  expect(differences.map(({ kind, bytes }) => [kind, bytes.length])).toEqual([
    ['same', 1],
    ['removed', 5_000],
    ['added', 5_000],
    ['same', 1],
  ])
})
