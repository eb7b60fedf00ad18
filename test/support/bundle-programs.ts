import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const command = 'packages/cli/bin/hawser.js'
/** What the command starts as a thread, from the folder that it is in itself. */
const thread = 'packages/cli/dist/proxy/rules/rules-worker.js'
const fixtures = [
  'packages/hawser/test/server/support/activated-workers.mjs',
  'packages/hawser/test/server/support/activated.mjs',
  'packages/hawser/test/server/support/inherited.mjs',
  'packages/hawser/test/socket/support/at-once.mjs',
  'packages/hawser/test/workers/support/primary.mjs',
  'packages/hawser/test/workers/support/worker.mjs',
]

/**
 * Programs that tests start as processes, each in few files: half of a short-lived process is the loading
 * of 250 small ones, and `npm test` starts some 400. `npm run test:all` starts what users start.
 */
export default async function bundlePrograms(): Promise<void> {
  if (process.env['HAWSER_TEST_ALL'] !== undefined || process.env['HAWSER_TEST_BUNDLES']) return
  const folder = here('node_modules/.cache/test-bundles')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  // The command reads its version from the folder above its own.
  await cp(here('packages/cli/package.json'), join(folder, 'package.json'))
  const bundles = [command, thread, ...fixtures].map(async (path) => {
    const bundle = await rolldown({ input: here(path), platform: 'node', logLevel: 'silent' })
    // A fixture finds another beside it by its name, so all that came from one folder stay in one.
    const home = path === thread ? command : path
    const dir = join(folder, home.split('/').slice(1, -1).join('-'))
    await bundle.write({ dir, entryFileNames: path.split('/').at(-1) ?? '', format: 'esm' })
    await bundle.close()
  })
  await Promise.all(bundles)
  process.env['HAWSER_TEST_BUNDLES'] = folder
}
