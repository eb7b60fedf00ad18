import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  COMMAND_UNITS,
  INSPECT_UNITS,
  LIBRARY_UNITS,
  type Table,
  TABLES,
  type Wing,
  WORKBENCH_PAGE_UNITS,
  WORKBENCH_UNITS,
} from '../scripts/lib/wall-rules.mjs'
import { readDocument } from './support/markdown.js'
import { ROOT } from './support/programs.js'

const { text } = readDocument('ARCHITECTURE.md')

/** The rows of a table in a section: the first cell's name, and the names in the others. */
function drawnRows(heading: string): Record<string, string[][]> {
  const [, section = ''] = new RegExp(`^#+ ${heading}\\n(.*?)\\n##`, 'ms').exec(text) ?? []
  const rows = [...section.matchAll(/^\| `([\w/-]+)` +\|(.+)\|$/gm)]
  return Object.fromEntries(
    rows.map(([, name = '', rest = '']) => [name, rest.split('|').map(namesIn)]),
  )
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([\w/.*-]+)`/g)].map(([, name = '']) => name).toSorted()
}

const drawings = [
  ['The walls', LIBRARY_UNITS],
  ['The folders of the command', COMMAND_UNITS],
  ['The folders of the inspector', INSPECT_UNITS],
  ['The folders of the workbench', WORKBENCH_UNITS],
  ['The folders of the page', WORKBENCH_PAGE_UNITS],
] as const

it.each(drawings)('%s: what is drawn is what is checked', (heading, table) => {
  const checked = Object.entries(table).map(([room, { units }]) => [room, [units.toSorted()]])
  expect(drawnRows(heading)).toEqual(Object.fromEntries(checked))
})

it('Wings: what is drawn is what is checked', () => {
  const checked = wingsOf(LIBRARY_UNITS).map(([name, { sees, doors = [] }]) => [
    name,
    [sees.toSorted(), doors.toSorted()],
  ])
  expect(drawnRows('Wings')).toEqual(Object.fromEntries(checked))
})

it('what the rows name exists', () => {
  const named = Object.entries(TABLES).flatMap(([name, table]) => {
    // The table of a page has its folder in its name: `workbench/web`.
    const sources = name.includes('/') ? `packages/${name}` : `packages/${name}/src`
    return [
      ...Object.keys(table).map((room) => `${sources}/${room}`),
      ...wingsOf(table).flatMap(([wing, { sees, doors = [] }]) => {
        const [room = ''] = wing.split('/')
        return [
          `${sources}/${wing}`,
          ...sees.map((other) => `${sources}/${room}/${other}`),
          ...doors.filter((door) => door !== '*').map((door) => `${sources}/${wing}/${door}`),
        ]
      }),
    ]
  })
  const missing = named.filter(
    (path) => !['', '.ts', '.tsx'].some((ending) => existsSync(join(ROOT, path + ending))),
  )
  expect(missing).toEqual([])
})

function wingsOf(table: Table): [string, Wing][] {
  return Object.entries(table).flatMap(([room, { wings = {} }]) =>
    Object.entries(wings).map(([wing, rule]): [string, Wing] => [`${room}/${wing}`, rule]),
  )
}

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

describe('the files of the library', () => {
  const files = readdirSync(join(ROOT, 'packages/hawser/src'), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'))

  const groupBy = (keyOf: (file: string) => string): [string, string[]][] => {
    const groups = new Map<string, string[]>()
    for (const file of files) groups.set(keyOf(file), [...(groups.get(keyOf(file)) ?? []), file])
    return [...groups]
  }

  it('share no name, but for the index of each entry point', () => {
    const shared = groupBy((file) => basename(file)).filter(([, { length }]) => length > 1)
    expect(shared.map(([name]) => name)).toEqual(['index.ts'])
  })

  it('are about fifteen to a folder', () => {
    const crowded = groupBy((file) => dirname(file)).filter(([, { length }]) => length > 20)
    expect(crowded).toEqual([])
  })
})
