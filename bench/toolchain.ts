import { execFile } from 'node:child_process'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Command } from './child.js'

/** How to start a server with each runtime, or why that one is missing. */
export interface Toolchain {
  readonly node: Command
  readonly bun: Command | string
  readonly go: Command | string
  readonly c: Command | string
  /** Remove what was compiled. */
  remove(): Promise<void>
}

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Node.js alone, as it runs now. */
export function nodeToolchain(profiles: string | undefined): Toolchain {
  const args = ['--expose-gc']
  if (profiles !== undefined) args.push('--cpu-prof', `--cpu-prof-dir=${profiles}`)
  const missing = 'left out'
  const node = { program: process.execPath, args }
  return { node, bun: missing, go: missing, c: missing, remove: () => Promise.resolve() }
}

/** Look for Bun, Go and a C compiler, and compile the peers for those that are there. */
export async function findToolchain(profiles: string | undefined): Promise<Toolchain> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-'))
  const peers = join(root, 'bench', 'peers')
  const [bun, go, cc] = await Promise.all([
    find('bun', [join(root, 'test/runtimes/node_modules/.bin')]),
    find('go', ['/usr/local/go/bin']),
    find('cc', []),
  ])
  const goEcho = join(folder, 'echo-go')
  const cEcho = join(folder, 'echo-c')
  return {
    ...nodeToolchain(profiles),
    bun: bun === undefined ? 'bun is not on this machine' : { program: bun, args: [] },
    go:
      go === undefined
        ? 'go is not on this machine'
        : await compile(go, ['build', '-o', goEcho, join(peers, 'echo.go')], goEcho),
    c:
      cc === undefined
        ? 'cc is not on this machine'
        : await compile(cc, ['-O2', '-o', cEcho, join(peers, 'epoll.c')], cEcho),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function find(name: string, more: readonly string[]): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...more]
  for (const folder of folders) {
    if (folder === '') continue
    const program = join(folder, name)
    try {
      await access(program, constants.X_OK)
      return program
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

async function compile(
  compiler: string,
  args: readonly string[],
  program: string,
): Promise<Command | string> {
  try {
    await run(compiler, args, { timeout: 60_000 })
    return { program, args: [] }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return `${compiler} could not compile it: ${text.split('\n').slice(0, 3).join(' ')}`
  }
}
