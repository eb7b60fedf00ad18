import { describe, expect, it } from 'vitest'
import {
  findMissingRow,
  findTableFaults,
  judgeBuiltin,
  judgeImport,
  placeOf,
} from '../scripts/lib/places.mjs'

/** A room `sea` with wings side by side, one inside another, one above the room; a room that enters. */
const table = {
  base: { units: [] },
  sea: {
    units: ['base'],
    builtins: ['net', 'tls'],
    doors: ['pier'],
    wings: {
      deep: { sees: ['shared'], builtins: ['tls'], units: [], doors: ['gate'] },
      'deep/dark': { sees: ['deep'] },
      'deep/light': { sees: ['deep/lamp', 'wide/lens'] },
      wide: { sees: ['deep'], doors: ['*'] },
      above: { sees: ['.'] },
    },
  },
  land: { units: ['sea'], builtins: [] },
}

function judge(from: string, to: string): string | undefined {
  return judgeImport(table, placeOf(from), placeOf(to))
}

describe('inside a room', () => {
  const allowed: [string, string, string][] = [
    ['a file its neighbour', 'sea/a.ts', 'sea/b.ts'],
    ['a file of the room its wings', 'sea/a.ts', 'sea/deep/b.ts'],
    ['a wing the wings inside it', 'sea/deep/a.ts', 'sea/deep/light/b.ts'],
    ['a wing what is in its row', 'sea/wide/a.ts', 'sea/deep/b.ts'],
    ['a wing a file that is in its row', 'sea/deep/a.ts', 'sea/shared.ts'],
    ['an inner wing the wing around it', 'sea/deep/dark/a.ts', 'sea/deep/b.ts'],
    ['an inner wing one file of the wing around it', 'sea/deep/light/a.ts', 'sea/deep/lamp.ts'],
    ['a wing one file of another', 'sea/deep/light/a.ts', 'sea/wide/lens.ts'],
    ['a wing above the room all files of that', 'sea/above/a.ts', 'sea/b.ts'],
  ]
  it.each(allowed)('may import: %s', (_name, from, to) => {
    expect(judge(from, to)).toBeUndefined()
  })

  const forbidden: [string, string, string, RegExp][] = [
    ['a file of the room an inner wing', 'sea/a.ts', 'sea/deep/dark/b.ts', /does not see/],
    ['a wing another', 'sea/deep/a.ts', 'sea/wide/b.ts', /sea\/deep does not see sea\/wide/],
    ['a wing another file', 'sea/deep/a.ts', 'sea/other.ts', /does not see sea\/other/],
    ['a wing what is inside another', 'sea/wide/a.ts', 'sea/deep/dark/b.ts', /does not see/],
    ['an inner wing another file', 'sea/deep/light/a.ts', 'sea/deep/b.ts', /does not see/],
    [
      'a wing the wing inside it that is above it',
      'sea/deep/a.ts',
      'sea/deep/dark/b.ts',
      /is above/,
    ],
    ['a file of the room the wing above it', 'sea/a.ts', 'sea/above/b.ts', /is above sea/],
  ]
  it.each(forbidden)('may not import: %s', (_name, from, to, why) => {
    expect(judge(from, to)).toMatch(why)
  })
})

describe('a room is entered', () => {
  const doors: [string, string][] = [
    ['by the doors of the room', 'sea/pier.ts'],
    ['by the doors of a wing', 'sea/deep/gate.ts'],
    ['by any file of a wing that is open', 'sea/wide/any.ts'],
  ]
  it.each(doors)('%s', (_name, to) => {
    expect(judge('land/a.ts', to)).toBeUndefined()
  })

  const walls: [string, string][] = [
    ['by another file', 'sea/shared.ts'],
    ['by another file of a wing', 'sea/deep/b.ts'],
    ['by a wing that names no door', 'sea/above/b.ts'],
  ]
  it.each(walls)('not %s', (_name, to) => {
    expect(judge('land/a.ts', to)).toMatch(/no door of sea/)
  })

  it('by any of its files, where it names no door', () => {
    expect(judge('sea/a.ts', 'base/any.ts')).toBeUndefined()
  })

  it('only by rooms whose row says so, and by wings whose row does not say less', () => {
    expect(judge('base/a.ts', 'sea/pier.ts')).toBe('base may not import sea')
    expect(judge('sea/wide/a.ts', 'base/b.ts')).toBeUndefined()
    expect(judge('sea/deep/a.ts', 'base/b.ts')).toBe('sea/deep may not import base')
  })
})

it('a wing has the builtins of its room, or fewer', () => {
  expect(judgeBuiltin(table, placeOf('sea/wide/a.ts'), 'net')).toBeUndefined()
  expect(judgeBuiltin(table, placeOf('sea/deep/a.ts'), 'tls')).toBeUndefined()
  expect(judgeBuiltin(table, placeOf('sea/deep/a.ts'), 'net')).toMatch(/sea\/deep may not/)
  expect(judgeBuiltin(table, placeOf('sea/a.ts'), 'fs')).toMatch(/sea may not/)
  expect(judgeBuiltin(table, placeOf('base/a.ts'), 'fs')).toBeUndefined()
})

it('a room, a wing and a wing inside a wing need rows', () => {
  for (const path of ['sea/a.ts', 'sea/deep/a.ts', 'sea/deep/dark/a.ts', 'base.ts']) {
    expect(findMissingRow(table, placeOf(path))).toBeUndefined()
  }
  expect(findMissingRow(table, placeOf('sky/a.ts'))).toMatch(/'sky' has no row/)
  expect(findMissingRow(table, placeOf('sea/new/a.ts'))).toMatch(/'sea\/new' has no row/)
  expect(findMissingRow(table, placeOf('sea/deep/new/a.ts'))).toMatch(/'sea\/deep\/new'/)
})

describe('a table is at fault', () => {
  it('never when it is sound', () => {
    expect(findTableFaults(table)).toEqual([])
  })

  it('when rooms import each other', () => {
    const rooms = { a: { units: ['b'] }, b: { units: ['c'] }, c: { units: ['b'] } }
    expect(findTableFaults(rooms)).toEqual([expect.stringMatching(/circle: b, c$/)])
  })

  it('when wings see each other', () => {
    const wings = { x: { sees: ['y'] }, y: { sees: ['x'] }, z: { sees: ['x'] } }
    expect(findTableFaults({ a: { units: [], wings } })).toEqual([
      expect.stringMatching(/^a: .*circle: x, y$/),
    ])
  })

  it('when a wing may more than its room', () => {
    const wings = { x: { sees: [], units: ['b'], builtins: ['net', 'fs'] } }
    expect(
      findTableFaults({ a: { units: [], builtins: ['fs'], wings }, b: { units: [] } }),
    ).toEqual(["a/x: its room may not import 'b'", "a/x: its room may not import 'net'"])
  })

  it('when it names a room, or a wing around a wing, that is not there', () => {
    const wings = { 'x/y': { sees: [] } }
    expect(findTableFaults({ a: { units: ['b'], wings } })).toEqual([
      "a: there is no room 'b'",
      'a/x/y: the wing around it has no row',
    ])
  })
})
