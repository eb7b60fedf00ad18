import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { LookedAt } from './script-code.js'

/**
 * The code of a file as it was looked at: it may have been changed since, while it was loaded or long after.
 *
 * @param url what is loaded
 * @returns undefined for what is not in the folder that was looked at
 * @throws Error for a file that is other than it was
 */
export function readAsLookedAt(url: string, { folder, hashes }: LookedAt): Buffer | undefined {
  const file = url.replace(/[?#].*$/, '')
  if (!file.startsWith(folder)) return undefined
  const bytes = readFileSync(fileURLToPath(file))
  if (hashes[file] === createHash('sha256').update(bytes).digest('hex')) return bytes
  throw new Error(`${nameOf(file, folder)} was changed since the code was looked at`)
}

/**
 * Check where a name leads.
 *
 * @param specifier as it is written, of the module `parent`
 * @param found the URL that it leads to
 * @throws Error for what is in the folder, and leads out of it by a link that was made since
 */
export function assertNoLink(
  specifier: string,
  parent: string | undefined,
  found: string,
  { folder }: LookedAt,
): void {
  if (!/^(?:\.{0,2}\/|file:)/.test(specifier) || found.startsWith(folder)) return
  const { href } = new URL(specifier, parent)
  if (!href.startsWith(folder)) return
  throw new Error(
    `${nameOf(href, folder)} is a link, which leads out of the code that was looked at`,
  )
}

function nameOf(file: string, folder: string): string {
  return decodeURI(file.slice(folder.length))
}
