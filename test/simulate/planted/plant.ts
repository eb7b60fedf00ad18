import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Planted } from './planted.js'

/** `test/simulate/dist`, where this is compiled to. */
const compiled = fileURLToPath(new URL('..', import.meta.url))
const library = fileURLToPath(new URL('../../../../packages/hawser', import.meta.url))

/** A copy of the library with a mistake in it, and of the scenarios that use it. */
export interface Copy {
  /** The program that simulates. */
  readonly trial: string
  readonly remove: () => Promise<void>
}

/**
 * @param mistake none is a copy as it is
 * @throws Error when the text to change is not there exactly once
 */
export async function plant(mistake: Planted | undefined): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-planted-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const copied = join(folder, 'node_modules', 'hawser')
    await mkdir(copied, { recursive: true })
    await writeFile(join(copied, 'package.json'), await readManifest())
    await cp(join(library, 'dist'), join(copied, 'dist'), { recursive: true })
    await cp(compiled, join(folder, 'simulate'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
    if (mistake !== undefined) await change(join(copied, 'dist', mistake.file), mistake)
  } catch (error) {
    await remove()
    throw error
  }
  return { trial: join(folder, 'simulate', 'planted', 'trial.js'), remove }
}

/** Of a library that is run from its modules, each a file that can be changed, and not from the bundle that it ships. */
async function readManifest(): Promise<string> {
  const shipped = await readFile(join(library, 'package.json'), 'utf8')
  return shipped
    .replaceAll('./bundle/index.js', './dist/index.js')
    .replaceAll(/\.\/bundle\/(\w+)\.js/g, './dist/$1/index.js')
}

async function change(path: string, { name, file, find, replace }: Planted): Promise<void> {
  const parts = (await readFile(path, 'utf8')).split(find)
  if (parts.length !== 2) {
    throw new Error(`${name}: ${file} has the text to change ${parts.length - 1} times`)
  }
  await writeFile(path, parts.join(replace))
}
