import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig, type TestProjectConfiguration } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What `npm run test:all` adds: a file says by its name that `npm test` leaves it out. */
const added = ['peers', 'programs', 'long'].map((kind) => `**/*.${kind}.test.ts`)

/** Rooms without Node.js or time: nothing of one file can reach another. */
const pure = ['framing', 'policy', 'proxy-protocol', 'tunnel'].map(
  (room) => `packages/hawser/test/${room}/**/*.test.ts`,
)

/** What `npm run test:all` adds takes long by itself, and longer beside the others. */
const patient = { testTimeout: 600_000, hookTimeout: 600_000 }

/** For tests that start processes. */
const globalSetup = [here('test/support/bundle-programs.ts')]

function project(
  name: string,
  include: readonly string[],
  exclude: readonly string[],
  rest: object = {},
): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [...include],
      exclude: [...configDefaults.exclude, ...exclude],
      ...rest,
    },
  }
}

export default defineConfig({
  resolve: {
    // Tests see the sources, so that a changed file needs no build before its test runs.
    alias: [
      { find: /^hawser\/simulate$/, replacement: here('packages/hawser/src/simulate/index.ts') },
      { find: /^hawser\/log$/, replacement: here('packages/hawser/src/log/index.ts') },
      { find: /^hawser\/testing$/, replacement: here('packages/hawser/src/testing/index.ts') },
      { find: /^hawser\/metrics$/, replacement: here('packages/hawser/src/metrics/index.ts') },
      { find: /^hawser\/systemd$/, replacement: here('packages/hawser/src/systemd/index.ts') },
      { find: /^hawser\/workers$/, replacement: here('packages/hawser/src/workers/index.ts') },
      { find: /^hawser$/, replacement: here('packages/hawser/src/index.ts') },
    ],
  },
  test: {
    setupFiles: [here('test/support/leak-check.ts')],
    allowOnly: false,
    // Both end only what would hang: a busy machine gets the time that it needs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What handlers of tests throw on purpose would be shown as warnings between the lines.
    execArgv: ['--no-warnings'],
    // vitest's default is one worker on two cores. Tests often wait for a process, so that one worker
    // more than there are cores keeps them busy.
    maxWorkers: availableParallelism() + 1,
    projects: [
      project('pure', pure, added, { isolate: false, pool: 'threads' }),
      project('library', ['packages/hawser/test/**/*.test.ts'], [...pure, ...added], {
        isolate: false,
        globalSetup,
      }),
      project('command', ['packages/!(hawser)/test/**/*.test.ts'], added, {
        isolate: false,
        globalSetup,
      }),
      project('repository', ['test/**/*.test.ts'], added, { isolate: false }),
      project('peers', ['**/*.peers.test.ts'], [], patient),
      project('programs', ['**/*.programs.test.ts'], [], patient),
      project('long', ['**/*.long.test.ts'], [], patient),
    ],
  },
})
