import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LIBRARY_UNITS } from '../scripts/lib/wall-rules.mjs'
import { readDocument } from './support/markdown.js'
import { ROOT } from './support/programs.js'

const { text } = readDocument('ARCHITECTURE.md')

it('the walls that are drawn are the walls that are checked', () => {
  const [, section = ''] = /## The walls\n(.*?)\n## /s.exec(text) ?? []
  const drawn = [...section.matchAll(/^\| `([\w-]+)` +\| (.+?) +\|$/gm)].map(
    ([, unit = '', cell = '']) => {
      const units = [...cell.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name)
      return [unit, units.toSorted()]
    },
  )
  const checked = Object.entries(LIBRARY_UNITS).map(([unit, rule]) => [
    unit,
    [...rule.units].toSorted(),
  ])
  expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(checked))
})

it('every file that is named exists', () => {
  const paths = [
    ...text.matchAll(/(?:^|[`\s])((?:[\w-]+\/)+(?:[\w-]+\.m?ts|[\w-]+\.mjs)?)(?=[`\s:,])/gm),
  ].map(([, path = '']) => path)
  expect(paths.length).toBeGreaterThan(20)
  const missing = paths.filter(
    (path) => !['', 'packages/hawser/src'].some((home) => existsSync(join(ROOT, home, path))),
  )
  expect(missing).toEqual([])
})
