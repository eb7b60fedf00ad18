import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

/** Where V8 and Node.js say that something is: a line of a stack, or that in front of one. */
const place: RegExp = /(?<url>file:\/\/[^\s()]+?):(?<line>\d+)(?::\d+)?\)?$/gm

/**
 * What a module of the user's threw, in one line, and the file and line it comes from: the first in the
 * folder of the module, or the module itself.
 *
 * @param url of the module, if it got that far
 */
export function describeThrown(error: unknown, url: string | undefined): string {
  if (!(error instanceof Error)) return `it throws ${inspect(error)}`
  const what = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  if (url === undefined) return what
  const places = findPlaces(String(error.stack))
  if (error instanceof SyntaxError && places.length === 0) places.push(...findSyntaxError(url))
  const folder = new URL('.', url).href
  const found =
    places.find((one) => isOwn(one['url'] ?? '', folder)) ??
    places.find((one) => one['url'] === url)
  return found === undefined ? what : `${nameOf(found['url'] ?? '')}:${found['line']}: ${what}`
}

function findPlaces(text: string): Readonly<Record<string, string>>[] {
  return [...text.matchAll(place)].map(({ groups }) => groups ?? {})
}

/**
 * An import does not say where a syntax error is. A process that fails of it does, and runs nothing of
 * the module: all files are read first.
 */
function findSyntaxError(url: string): Readonly<Record<string, string>>[] {
  const { stderr } = spawnSync(process.execPath, [fileURLToPath(url)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 10_000,
  })
  return findPlaces(stderr)
}

function isOwn(url: string, folder: string): boolean {
  return url.startsWith(folder) && !url.slice(folder.length).includes('node_modules/')
}

function nameOf(url: string): string {
  const path = fileURLToPath(url)
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
