import { execFile } from 'node:child_process'
import { access, constants, cp } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Command } from './child.js'

const run = promisify(execFile)

/** Where Debian's packages (`librust-…-dev`) put the source of crates. */
const debianCrates = '/usr/share/cargo/registry'

/** Bun, in the search path or in further folders. */
export async function findBun(folders: readonly string[]): Promise<Command | string> {
  const program = await find('bun', folders)
  return program === undefined ? 'bun is not on this machine' : { program, args: [] }
}

/** Compile the server in Go into `folder`; why not, where that fails. */
export async function compileGo(source: string, folder: string): Promise<Command | string> {
  const go = await find('go', ['/usr/local/go/bin'])
  const program = join(folder, 'echo-go')
  if (go === undefined) return 'go is not on this machine'
  return compile(go, ['build', '-o', program, source], program)
}

/** The same for the server in C. */
export async function compileC(source: string, folder: string): Promise<Command | string> {
  const cc = await find('cc', [])
  const program = join(folder, 'echo-c')
  if (cc === undefined) return 'cc is not on this machine'
  return compile(cc, ['-O2', '-o', program, source], program)
}

/** The same for the server in Rust, with the crates of Debian and no network. */
export async function compileTokio(source: string, folder: string): Promise<Command | string> {
  const cargo = await find('cargo', [])
  if (cargo === undefined) return 'cargo is not on this machine'
  if (!(await has(debianCrates, constants.R_OK))) {
    return 'the crates of librust-tokio-dev are not on this machine'
  }
  // Cargo writes a lock file beside the source.
  const copy = join(folder, 'tokio')
  await cp(source, copy, { recursive: true })
  const options = ['--release', '--offline', '--manifest-path', join(copy, 'Cargo.toml')]
  const crates = [
    'source.crates-io.replace-with="debian"',
    `source.debian.directory="${debianCrates}"`,
  ]
  const configuration = crates.flatMap((line) => ['--config', line])
  const program = join(copy, 'target', 'release', 'echo-tokio')
  const target = ['--target-dir', join(copy, 'target')]
  return compile(cargo, ['build', ...options, ...target, ...configuration], program)
}

/** The first Python that has uvloop: often the one of the system, behind another in the path. */
export async function findUvloop(source: string): Promise<Command | string> {
  const pythons = [await find('python3', []), '/usr/bin/python3']
  for (const program of pythons) {
    if (program === undefined || !(await has(program, constants.X_OK))) continue
    try {
      await run(program, ['-c', 'import uvloop'], { timeout: 20_000 })
      return { program, args: [source] }
    } catch {
      // This one has no uvloop.
    }
  }
  return 'no python3 with uvloop is on this machine'
}

/** A program of the search path or of further folders. */
async function find(name: string, more: readonly string[]): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...more]
  for (const folder of folders) {
    if (folder === '') continue
    const program = join(folder, name)
    if (await has(program, constants.X_OK)) return program
  }
  return undefined
}

async function compile(
  compiler: string,
  args: readonly string[],
  program: string,
): Promise<Command | string> {
  try {
    await run(compiler, args, { timeout: 120_000 })
    return { program, args: [] }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return `${compiler} could not compile it: ${text.split('\n').slice(0, 3).join(' ')}`
  }
}

async function has(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode)
    return true
  } catch {
    return false
  }
}
