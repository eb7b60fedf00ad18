import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from './child.js'
import { compileC, compileGo, compileTokio, findBun, findUvloop } from './peers.js'

/** What a server may be written for beside Node.js. */
export type Peer = 'bun' | 'go' | 'c' | 'tokio' | 'uvloop'

/** How to start a server with each runtime, or why that one is missing. */
export interface Toolchain extends Readonly<Record<Peer, Command | string>> {
  readonly node: Command
  /** Remove what was compiled. */
  remove(): Promise<void>
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Node.js alone, as it runs now. */
export function nodeToolchain(profiles: string | undefined): Toolchain {
  const args = ['--expose-gc']
  if (profiles !== undefined) args.push('--cpu-prof', `--cpu-prof-dir=${profiles}`)
  const missing = 'left out'
  return {
    node: { program: process.execPath, args },
    bun: missing,
    go: missing,
    c: missing,
    tokio: missing,
    uvloop: missing,
    remove: () => Promise.resolve(),
  }
}

/** Look for the runtimes and compilers that are needed, and compile the peers for those that are there. */
export async function findToolchain(
  profiles: string | undefined,
  needed: ReadonlySet<Peer | undefined>,
): Promise<Toolchain> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-'))
  const peers = join(root, 'bench', 'peers')
  const ways: Readonly<Record<Peer, () => Promise<Command | string>>> = {
    bun: () => findBun([join(root, 'test/runtimes/node_modules/.bin')]),
    go: () => compileGo(join(peers, 'echo.go'), folder),
    c: () => compileC(join(peers, 'epoll.c'), folder),
    tokio: () => compileTokio(join(peers, 'tokio'), folder),
    uvloop: () => findUvloop(join(peers, 'uvloop_lines.py')),
  }
  const found = Object.entries(ways)
    .filter(([peer]) => needed.has(peer as Peer))
    .map(async ([peer, way]) => [peer, await way()] as const)
  return {
    ...nodeToolchain(profiles),
    ...Object.fromEntries(await Promise.all(found)),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
