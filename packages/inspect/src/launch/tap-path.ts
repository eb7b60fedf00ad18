import { fileURLToPath } from 'node:url'

/** The file that a watched program loads: the entrance `tap` of this package. */
export function tapPath(): string {
  return fileURLToPath(new URL('../../bundle/tap.cjs', import.meta.url))
}
