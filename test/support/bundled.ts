import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))

/** The program at `path` as `bundle-programs.ts` wrote it, or as it is where that did not run. */
export function bundled(path: string): string {
  const folder = process.env['HAWSER_TEST_BUNDLES']
  if (folder === undefined) return path
  const place = relative(packages, dirname(path)).split(sep).join('-')
  const bundle = join(folder, place, basename(path))
  return existsSync(bundle) ? bundle : path
}
