import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { runNode } from '../../../../../test/support/programs.js'
import { allRows } from './all-rows.js'
import { ways } from './walk.js'

const source = join(import.meta.dirname, '../../../src')
const entrances = ['metrics', 'systemd', 'testing', 'workers']

/** A program beside this file and the sources that it uses, in one file that Node.js runs. */
async function bundleProgram(name: string): Promise<string> {
  const file = join(createFolder(), `${name}.mjs`)
  const bundle = await rolldown({
    input: join(import.meta.dirname, `${name}.ts`),
    platform: 'node',
    logLevel: 'silent',
    resolve: {
      // The sources, as in all tests.
      alias: Object.fromEntries([
        ...entrances.map((entrance) => [`hawser/${entrance}`, join(source, entrance, 'index.ts')]),
        ['hawser', join(source, 'index.ts')],
      ]) as Record<string, string>,
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  return file
}

it('a process that a stray rejection would end makes the whole walk, and complains of nothing', async () => {
  // Each walk looks for its own warnings; printed, they would hide what is not expected.
  const flags = ['--unhandled-rejections=strict', '--no-warnings']
  const count = Object.keys(allRows).length * Object.keys(ways).length
  const ended = await runNode([...flags, await bundleProgram('walk-all')])
  expect(ended).toEqual({ code: 0, stderr: '', stdout: `walked ${count}\n` })
})

it('a process that prints its warnings is not ended by one that cannot be printed', async () => {
  const file = await bundleProgram('odd-warnings')
  const { code, stdout, stderr } = await runNode(['--throw-deprecation', file])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'warned 4\n' })
  expect(stderr.match(/^\(node:\d+\) /gm)).toHaveLength(4)
})
