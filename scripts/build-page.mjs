// Builds the page of the workbench with vite, if it is not what its sources say. What users install has it already.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { computePageStamp, PAGE_PACKAGE, PAGE_STAMP } from './lib/stamps.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
if (read() !== computePageStamp(root)) {
  rmSync(join(root, PAGE_STAMP), { force: true })
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, PAGE_PACKAGE),
    stdio: ['ignore', 2, 2],
  })
  if (status === 0) writeFileSync(join(root, PAGE_STAMP), computePageStamp(root))
  process.exitCode = status ?? 1
}

function read() {
  try {
    return readFileSync(join(root, PAGE_STAMP), 'utf8')
  } catch {
    return undefined
  }
}
