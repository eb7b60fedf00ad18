import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // Tests see the sources, so that a changed file needs no build before its test runs.
    alias: [
      { find: /^hawser\/testing$/, replacement: here('packages/hawser/src/testing/index.ts') },
      { find: /^hawser\/metrics$/, replacement: here('packages/hawser/src/metrics/index.ts') },
      { find: /^hawser\/workers$/, replacement: here('packages/hawser/src/workers/index.ts') },
      { find: /^hawser$/, replacement: here('packages/hawser/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: [here('test/support/leak-check.ts')],
    allowOnly: false,
    testTimeout: 15_000,
    hookTimeout: 15_000,
  },
})
