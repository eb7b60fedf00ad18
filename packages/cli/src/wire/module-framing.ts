import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as hawser from 'hawser'
import type { ModuleChoice } from '../arguments/framing/choice.js'
import { UsageError } from '../failure.js'
import { adaptFraming, type Outgoing } from './adapter.js'
import { describeThrown } from './describe-thrown.js'
import { importModule } from './import-module.js'
import { conversionFor } from './module-messages.js'

/** What every framing has, and what it is. */
const members: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string',
  maxFrame: (value) => Number.isSafeInteger(value) && Number(value) > 0,
  createDecoder: (value) => typeof value === 'function',
  createEncoder: (value) => typeof value === 'function',
}

type AnyFraming = hawser.Framing<unknown, unknown>

/**
 * The framing that a module exports, or that a function makes which it exports. The function gets the
 * library, so that a module needs none of its own.
 *
 * @returns rejects with UsageError: what is wrong, in which line of the file
 */
export async function loadModuleFraming(
  choice: ModuleChoice,
): Promise<hawser.Framing<Uint8Array, Outgoing>> {
  let url: string | undefined
  try {
    url = findModule(choice.path)
    const framing = await makeFraming(url, choice)
    return adaptFraming(framing, conversionFor(choice.options.messages))
  } catch (error) {
    if (error instanceof UsageError) throw error
    const what = `--framing: ${choice.path} makes no framing`
    throw new UsageError(what, describeThrown(error, url))
  }
}

async function makeFraming(url: string, choice: ModuleChoice): Promise<AnyFraming> {
  const exported = pickExport(await finish(importModule(url), choice.path), choice)
  const what = choice.name === undefined ? 'its default export' : `its export ${choice.name}`
  if (typeof exported !== 'function') {
    assertFraming(exported, `--framing: ${choice.path}: ${what}`)
    return exported
  }
  const made: unknown = await finish(Promise.resolve(exported(hawser)), choice.path)
  assertFraming(made, `--framing: ${choice.path}: what ${what} returns`)
  return made
}

/** @returns its URL */
function findModule(path: string): string {
  const file = path.startsWith('file:') ? fileURLToPath(path) : resolve(path)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isFile() === true) return pathToFileURL(file).href
  throw new UsageError(
    stats === undefined ? `--framing: there is no file ${path}` : `--framing: ${path} is no file`,
    'check its name, and the folder that this is started in',
  )
}

function pickExport(exports: object, { path, name = 'default' }: ModuleChoice): unknown {
  const entry = Object.entries(exports).find(([key]) => key === name)
  if (entry !== undefined) return entry[1]
  const others = Object.keys(exports).map((key) => `${path}#${key}`)
  throw new UsageError(
    `--framing: ${path} has no ${name === 'default' ? 'default export' : `export ${name}`}`,
    others.length === 0
      ? 'write export default in front of the framing'
      : `write ${others.slice(0, 4).join(' or ')}`,
  )
}

/** @throws UsageError which names what is missing */
function assertFraming(value: unknown, what: string): asserts value is AnyFraming {
  const isObject = typeof value === 'object' && value !== null
  const missing = Object.entries(members)
    .filter(([name, isRight]) => !isObject || !isRight(Reflect.get(value, name)))
    .map(([name]) => name)
  if (missing.length === 0) return
  const kind = value === null || value === undefined ? String(value) : `a ${typeof value}`
  const lack = isObject ? `has no ${missing.join(', no ')} of the right kind` : `is ${kind}`
  throw new UsageError(
    `${what} is no framing: it ${lack}`,
    'make it with framing(), or another function of hawser that makes one',
  )
}

/** What waits for something that never comes lets the process end before it is done. */
function finish<Value>(loading: Promise<Value>, path: string): Promise<Value> {
  return new Promise((fulfil, reject) => {
    const ends = (): void => {
      const what = `--framing: ${path} never finishes loading`
      reject(new UsageError(what, 'it awaits something that does not come'))
    }
    process.once('beforeExit', ends)
    loading.then(fulfil, reject).finally(() => process.off('beforeExit', ends))
  })
}
