import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('web'),
  // No file is served as it is: what a page needs is imported.
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page forbids what is inlined as data, but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
