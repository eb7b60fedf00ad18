import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { runs } from '../../../../test/support/property-runs.js'
import { extendNodeOptions, splitNodeOptions } from '../../src/launch/node-options.js'

it.each([
  [undefined, '--require=/a/tap.cjs'],
  ['', '--require=/a/tap.cjs'],
  ['--max-old-space-size=100', '--require=/a/tap.cjs --max-old-space-size=100'],
  ['--import=./b.mjs', '--require=/a/tap.cjs --import=./b.mjs'],
  ['--require ./b.cjs', '--import=file:///a/tap.cjs --require ./b.cjs'],
  ['--require=./b.cjs', '--import=file:///a/tap.cjs --require=./b.cjs'],
  ['-r "./b c.cjs"', '--import=file:///a/tap.cjs -r "./b c.cjs"'],
  ['--import="/a -r b.mjs"', '--require=/a/tap.cjs --import="/a -r b.mjs"'],
  ['--require=/a/tap.cjs', '--require=/a/tap.cjs'],
  ['--import=file:///a/tap.cjs -r ./b.cjs', '--import=file:///a/tap.cjs -r ./b.cjs'],
])('NODE_OPTIONS %j become %j', (before, after) => {
  expect(extendNodeOptions(before, '/a/tap.cjs')).toBe(after)
})

it('a path keeps its spaces, quotes and backslashes', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', "'", '=', '-', '%') }),
      (name) => {
        const file = `/${name}`
        expect(splitNodeOptions(extendNodeOptions('--trace-warnings', file))).toEqual([
          `--require=${file}`,
          '--trace-warnings',
        ])
        expect(splitNodeOptions(extendNodeOptions('-r b', file))).toEqual([
          file.includes('\\') ? `--require=${file}` : `--import=${pathToFileURL(file).href}`,
          ...['-r', 'b'],
        ])
      },
    ),
    runs(1_000),
  )
})

it.each(['a "b\\ c', 'a "b c%20#'])('Node.js reads them as they are meant, with %s', (name) => {
  const folder = createFolder({
    [`${name}/tap.cjs`]: "process.stdout.write('tap ')",
    'theirs.cjs': "process.stdout.write('theirs ')",
  })
  const file = join(folder, name, 'tap.cjs')
  const run = (before: string): string =>
    execFileSync(process.execPath, ['-e', "process.stdout.write('program')"], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: extendNodeOptions(before, file) },
    })
  expect(run('--no-warnings')).toBe('tap program')
  expect(
    run(`--require ${join(folder, 'theirs.cjs')}`)
      .split(' ')
      .toSorted(),
  ).toEqual(['program', 'tap', 'theirs'])
})
