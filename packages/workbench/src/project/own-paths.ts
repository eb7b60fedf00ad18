import { formatEndpoint, parseEndpoint } from 'hawser'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { realpath } from 'node:fs/promises'
import type { Definition } from '../protocol/definition.js'
import { WorkbenchError } from '../workbench-error.js'

type Change = (path: string, field: string) => Promise<string>

/** A definition of a file, whose paths begin at the folder, with whole paths. @returns rejects for those that lead out of it */
export function withWholePaths<Any extends Definition>(
  definition: Any,
  root: string,
): Promise<Any> {
  return changePaths(definition, (path, field) => inside(root, path, field))
}

/** The same the other way round: for a file. */
export function withOwnPaths<Any extends Definition>(definition: Any, root: string): Promise<Any> {
  return changePaths(definition, async (path, field) => {
    const own = relative(root, await inside(root, path, field))
    return own.split(sep).join('/')
  })
}

async function changePaths<Any extends Definition>(definition: Any, change: Change): Promise<Any> {
  const changed: Record<string, unknown> = { ...definition }
  for (const field of ['listen', 'connect', 'target']) {
    const endpoint = changed[field]
    if (typeof endpoint === 'string') changed[field] = await changeEndpoint(endpoint, field, change)
  }
  const { tls } = changed
  if (typeof tls === 'object' && tls !== null) {
    const files: Record<string, unknown> = { ...tls }
    for (const field of ['cert', 'key', 'ca']) {
      const path = files[field]
      if (typeof path === 'string') files[field] = await change(path, `tls.${field}`)
    }
    changed['tls'] = files
  }
  return changed as Any
}

/** The path of a Unix socket: one elsewhere may be that of a program that obeys. */
async function changeEndpoint(endpoint: string, field: string, change: Change): Promise<string> {
  const parsed = tryParse(endpoint)
  if (parsed?.kind === 'fd' || parsed?.kind === 'systemd') {
    const text = `${field}: ${endpoint} is of one process: write host:port, or unix:name.sock`
    throw new WorkbenchError('WORKBENCH_INVALID', text)
  }
  if (parsed?.kind !== 'unix') return endpoint
  return formatEndpoint({ ...parsed, path: await change(parsed.path, field) })
}

/** What is none is said when it is started. */
function tryParse(endpoint: string): ReturnType<typeof parseEndpoint> | undefined {
  try {
    return parseEndpoint(endpoint)
  } catch {
    return undefined
  }
}

async function inside(root: string, path: string, field: string): Promise<string> {
  const whole = resolve(root, path)
  // Where a link leads, as far as it is there.
  const real = path.includes('\0') ? root : await realpathOf(whole)
  if (isBelow(root, whole) && isBelow(root, real)) return whole
  const text = `${field}: ${path} leads out of the folder: copy it into the folder, and name that`
  throw new WorkbenchError('WORKBENCH_INVALID', text)
}

async function realpathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const above = resolve(path, '..')
    return above === path ? path : resolve(await realpathOf(above), path.slice(above.length + 1))
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
