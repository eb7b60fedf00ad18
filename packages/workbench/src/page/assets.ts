import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WorkbenchError } from '../workbench-error.js'

/** A file of the page. */
export interface Asset {
  readonly type: string
  readonly etag: string
  readonly bytes: Uint8Array
}

/** The files of the page by their paths: `/`, `/assets/index-abc.js`. */
export type Assets = ReadonlyMap<string, Asset>

/** The same from the sources and from what is built of them. */
const builtPage = fileURLToPath(new URL('../../dist/web/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/**
 * Read the page, once: what is served is a table, so that no request names a file of the disk.
 *
 * @returns rejects with WorkbenchError when it was not built
 */
export async function readAssets(folder: string = builtPage): Promise<Assets> {
  const assets = new Map<string, Asset>()
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      const path = `/${relative(folder, file).split(sep).join('/')}`
      assets.set(path === '/index.html' ? '/' : path, createAsset(file, await readFile(file)))
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
  if (assets.has('/')) return assets
  const text =
    'the page of the workbench has not been built: run npm run build in the checkout of Hawser, or install @hawser/workbench again'
  throw new WorkbenchError('WORKBENCH_FAILED', text)
}

function createAsset(file: string, bytes: Uint8Array): Asset {
  const hash = createHash('sha256').update(bytes).digest('base64url')
  return {
    type: types[extname(file)] ?? 'application/octet-stream',
    etag: `"${hash.slice(0, 22)}"`,
    bytes,
  }
}
