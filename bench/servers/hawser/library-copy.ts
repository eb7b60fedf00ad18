import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Library from 'hawser'
import type * as Metrics from 'hawser/metrics'
import type * as ConnectionModule from '../../../packages/hawser/src/connection/connection.js'
import type * as EngineModule from '../../../packages/hawser/src/connection/engine.js'
import type * as OptionsModule from '../../../packages/hawser/src/connection/options/connection-options.js'
import type * as BudgetModule from '../../../packages/hawser/src/policy/budget.js'

/** The library out of one copy: what is public, and what drives a connection without a socket. */
export interface LibraryCopy {
  readonly library: typeof Library
  readonly metrics: typeof Metrics
  readonly engine: typeof ConnectionModule &
    typeof EngineModule &
    typeof OptionsModule &
    typeof BudgetModule
}

/**
 * Load a copy of the built library. One that is not `observable` has every `hasSubscribers` written
 * as `false`, so that the compiler leaves out the check and what it guards: what the library would be
 * if it could never be watched. Both are copies, so that nothing else tells them apart.
 */
export async function loadCopy(observable: boolean): Promise<LibraryCopy> {
  // The modules, and not the few files that the package ships: some of them are not public.
  const built = fileURLToPath(new URL('../../../../packages/hawser/dist/', import.meta.url))
  const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-library-'))
  try {
    await cp(built, folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
    if (!observable) await blind(folder)
    const load = (path: string): Promise<unknown> => import(pathToFileURL(join(folder, path)).href)
    const parts = [
      'connection/connection',
      'connection/engine',
      'connection/options/connection-options',
    ]
    const engine = [...parts, 'policy/budget'].map((path) => load(`${path}.js`))
    return {
      library: (await load('index.js')) as LibraryCopy['library'],
      metrics: (await load('metrics/index.js')) as LibraryCopy['metrics'],
      engine: Object.assign({}, ...(await Promise.all(engine))) as LibraryCopy['engine'],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function blind(folder: string): Promise<void> {
  let checks = 0
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.js')) continue
    const path = join(folder, name)
    const source = await readFile(path, 'utf8')
    const blinded = source.replaceAll(/\b\w+\.hasSubscribers\b/g, () => {
      checks += 1
      return 'false'
    })
    if (blinded !== source) await writeFile(path, blinded)
  }
  if (checks < 4)
    throw new Error(`found ${checks} checks for subscribers: they are written otherwise now`)
}
