import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { runNode } from '../../../../../test/support/programs.js'
import { allRows } from './all-rows.js'
import { ways } from './walk.js'

const source = join(import.meta.dirname, '../../../src')
const entrances = ['metrics', 'systemd', 'testing', 'workers']

it('a process that a stray rejection would end makes the whole walk, and complains of nothing', async () => {
  const file = join(createFolder(), 'walk-all.mjs')
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'walk-all.ts'),
    platform: 'node',
    logLevel: 'silent',
    resolve: {
      // The sources, as in all tests.
      alias: Object.fromEntries([
        ...entrances.map((name) => [`hawser/${name}`, join(source, name, 'index.ts')]),
        ['hawser', join(source, 'index.ts')],
      ]) as Record<string, string>,
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  // Each walk looks for its own warnings; printed, they would hide what is not expected.
  const flags = ['--unhandled-rejections=strict', '--no-warnings']
  const count = Object.keys(allRows).length * Object.keys(ways).length
  const ended = await runNode([...flags, file])
  expect(ended).toEqual({ code: 0, stderr: '', stdout: `walked ${count}\n` })
})
