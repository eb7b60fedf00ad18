import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Journal, readJournal } from '../scripts/lib/test-journal.mjs'
import { createFolder } from './support/folders.js'
import { ROOT, runNode } from './support/programs.js'

/** Runs the fixture on a machine that has these programs and no others. */
async function runFixture(programs: string[], required: string): Promise<Journal> {
  const folder = createFolder(Object.fromEntries(programs.map((name) => [name, '#!/bin/sh'])))
  for (const name of programs) chmodSync(join(folder, name), 0o755)
  const journal = join(createFolder(), 'journal')
  await runNode(
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config=test/fixtures/vitest.config.ts',
      '--reporter=./scripts/lib/progress-reporter.mjs',
    ],
    {
      env: {
        ...process.env,
        PATH: folder,
        HAWSER_REQUIRE_PEERS: required,
        HAWSER_TEST_JOURNAL: journal,
      },
    },
  )
  return readJournal(journal)
}

it('tests of peers that the machine has are run', async () => {
  expect(await runFixture(['nc', 'curl'], '')).toEqual({
    passed: 2,
    failed: [],
    skipped: [],
    running: [],
    isDone: true,
  })
})

it('tests of peers that the machine lacks are skipped and say which', async () => {
  const { passed, failed, skipped } = await runFixture(['nc'], '')
  expect({ passed, failed }).toEqual({ passed: 1, failed: [] })
  expect(skipped).toEqual([expect.stringContaining('no curl on this machine')])
})

it('tests of peers that the machine lacks fail where peers are required', async () => {
  const { passed, skipped, failed } = await runFixture([], '1')
  expect({ passed, skipped }).toEqual({ passed: 0, skipped: [] })
  expect(failed).toEqual(['one test', 'a group > finds curl'])
})

it('npm test needs no peer: whatever does says so in the name of its file', () => {
  const files = ['packages', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.includes('node_modules') && path.endsWith('.test.ts'))
      .map((path) => `${folder}/${path}`),
  )
  const hidden = files
    .filter((path) => !/\.(?:peers|programs|long)\.test\.ts$/.test(path))
    .filter((path) => /from '.*\/support\/peers\.js'/.test(readFileSync(join(ROOT, path), 'utf8')))
  expect(files.length).toBeGreaterThan(hidden.length)
  expect(hidden).toEqual([])
})
