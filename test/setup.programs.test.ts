import { cpSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from './support/folders.js'
import { type Ended, ROOT, runNode } from './support/programs.js'

// Stand-ins for npm, the compiler and the bundler: they note that they ran and leave what the real ones
// leave.
const NPM = `
  const fs = require('node:fs')
  fs.appendFileSync('log', 'npm ' + process.argv.slice(2, 4).join(' ') + '\\n')
  if (fs.existsSync('fail-npm')) process.exit(7)
  fs.rmSync('node_modules', { recursive: true, force: true })
  fs.mkdirSync('node_modules/typescript-7/bin', { recursive: true })
  fs.copyFileSync('fake-tsc.cjs', 'node_modules/typescript-7/bin/tsc')
  fs.mkdirSync('node_modules/rolldown')
  fs.copyFileSync('fake-rolldown.cjs', 'node_modules/rolldown/index.js')
  fs.mkdirSync('node_modules/vite/bin', { recursive: true })
  fs.copyFileSync('fake-vite.cjs', 'node_modules/vite/bin/vite.js')
`
const TSC = `
  const fs = require('node:fs')
  const path = require('node:path')
  fs.appendFileSync('log', 'tsc ' + process.argv.slice(2).join(' ') + '\\n')
  if (fs.existsSync('fail-tsc')) process.exit(2)
  for (const folder of ['one', 'workbench']) {
    const sources = fs.readdirSync('packages/' + folder + '/src', { recursive: true })
    for (const name of sources.filter((each) => each.endsWith('.ts'))) {
      const output = 'packages/' + folder + '/dist/' + name.slice(0, -3)
      fs.mkdirSync(path.dirname(output), { recursive: true })
      for (const suffix of ['.js', '.d.ts']) fs.writeFileSync(output + suffix, '')
    }
  }
`

const ROLLDOWN = `
  const fs = require('node:fs')
  exports.rolldown = async ({ input }) => ({
    async write({ dir }) {
      fs.appendFileSync('log', 'bundle ' + Object.keys(input).join(' ') + '\\n')
      fs.mkdirSync(dir, { recursive: true })
      for (const name of Object.keys(input)) fs.writeFileSync(dir + name + '.js', '')
    },
    async close() {},
  })
`
const VITE = `
  const fs = require('node:fs')
  fs.appendFileSync('../../log', 'vite ' + process.argv[2] + '\\n')
  if (fs.existsSync('../../fail-vite')) process.exit(3)
  fs.mkdirSync('dist/web/assets', { recursive: true })
  for (const name of ['index.html', 'assets/index.js']) fs.writeFileSync('dist/web/' + name, '')
`
const BUNDLED = JSON.stringify({
  exports: {
    '.': { types: './dist/a.d.ts', default: './bundle/a.js' },
    './package.json': './package.json',
  },
})

const page = {
  'packages/workbench/package.json': '{}',
  'packages/workbench/tsconfig.json': '{}',
  'packages/workbench/vite.config.ts': '',
  'packages/workbench/web/index.html': '',
  'packages/workbench/src/protocol/a.ts': '',
}

class Checkout {
  readonly root: string

  constructor() {
    this.root = createFolder({
      'package.json': '{}',
      'package-lock.json': '{}',
      'tsconfig.json': '{}',
      'tsconfig.base.json': '{}',
      'packages/one/package.json': '{}',
      'packages/one/tsconfig.json': '{}',
      'packages/one/src/a.ts': 'export {}',
      'npm-cli.js': NPM,
      'fake-tsc.cjs': TSC,
      'fake-rolldown.cjs': ROLLDOWN,
      'fake-vite.cjs': VITE,
      ...page,
    })
    cpSync(join(ROOT, 'scripts'), join(this.root, 'scripts'), { recursive: true })
  }

  setUp(args: string[] = [], onStderr?: (text: string) => void): Promise<Ended> {
    const env = { ...process.env, npm_execpath: this.path('npm-cli.js') }
    const options = { cwd: this.root, env, ...(onStderr && { onStderr }) }
    return runNode([this.path('scripts/setup.mjs'), ...args], options)
  }

  path(name: string): string {
    return join(this.root, name)
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text)
  }

  /** What ran since the last call; what builds the page, beside the rest, comes last. */
  takeLog(): string[] {
    if (!existsSync(this.path('log'))) return []
    const lines = readFileSync(this.path('log'), 'utf8').trim().split('\n')
    rmSync(this.path('log'))
    const isPage = (line: string): number => Number(line.startsWith('vite'))
    return lines.toSorted((a, b) => isPage(a) - isPage(b))
  }
}

async function createReadyCheckout(): Promise<Checkout> {
  const checkout = new Checkout()
  await checkout.setUp()
  checkout.takeLog()
  return checkout
}

it('a fresh checkout is installed with its development dependencies, then built', async () => {
  const checkout = new Checkout()
  const { code, stdout } = await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['npm ci --include=dev', 'tsc -b --force', 'vite build'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})

it('a second run finds nothing to do', async () => {
  const checkout = await createReadyCheckout()
  const { code, stderr } = await checkout.setUp()
  expect(checkout.takeLog()).toEqual([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

it('--install-only leaves the build to the caller', async () => {
  const checkout = new Checkout()
  await checkout.setUp(['--install-only'])
  expect(checkout.takeLog()).toEqual(['npm ci --include=dev'])
})

it('a changed source is built again, and nothing installed', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/one/src/a.ts', 'export { }')
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['tsc -b'])
})

it('a source changed to the same size under its old date is still built again', async () => {
  const checkout = await createReadyCheckout()
  const source = checkout.path('packages/one/src/a.ts')
  const date = new Date(0)
  utimesSync(source, date, date)
  await checkout.setUp()
  checkout.takeLog()
  writeFileSync(source, 'import {}')
  utimesSync(source, date, date)
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['tsc -b'])
})

it.each(['package-lock.json', 'package.json', 'packages/one/package.json'])(
  'a changed %s installs again',
  async (file) => {
    const checkout = await createReadyCheckout()
    checkout.write(file, '{ }')
    await checkout.setUp()
    expect(checkout.takeLog()[0]).toBe('npm ci --include=dev')
  },
)

it('a deleted output is built again although the compiler would trust its notes', async () => {
  const checkout = await createReadyCheckout()
  rmSync(checkout.path('packages/one/dist/a.js'))
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['tsc -b --force'])
  expect(existsSync(checkout.path('packages/one/dist/a.js'))).toBe(true)
})

it('the output of a deleted source is deleted', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/one/src/b.ts', 'export {}')
  await checkout.setUp()
  expect(existsSync(checkout.path('packages/one/dist/b.js'))).toBe(true)
  rmSync(checkout.path('packages/one/src/b.ts'))
  await checkout.setUp()
  expect(existsSync(checkout.path('packages/one/dist/b.js'))).toBe(false)
  expect(existsSync(checkout.path('packages/one/dist/a.js'))).toBe(true)
})

it('what a package ships is bundled with each build, and again when it is deleted', async () => {
  const checkout = new Checkout()
  checkout.write('packages/one/package.json', BUNDLED)
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual([
    'npm ci --include=dev',
    'tsc -b --force',
    'bundle a',
    'vite build',
  ])
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual([])
  rmSync(checkout.path('packages/one/bundle/a.js'))
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['tsc -b', 'bundle a'])
  expect(existsSync(checkout.path('packages/one/bundle/a.js'))).toBe(true)
  checkout.write('packages/one/src/a.ts', 'export { }')
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['tsc -b', 'bundle a'])
})

it('the map of an earlier build is deleted', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/one/dist/a.js.map', '{}')
  await checkout.setUp()
  expect(existsSync(checkout.path('packages/one/dist/a.js.map'))).toBe(false)
  expect(existsSync(checkout.path('packages/one/dist/a.js'))).toBe(true)
})

it('a failed installation keeps its exit code and is tried again', async () => {
  const checkout = new Checkout()
  checkout.write('fail-npm', '')
  const { code, stderr } = await checkout.setUp()
  expect(code).toBe(7)
  expect(stderr).toContain('npm ci failed with exit code 7')
  rmSync(checkout.path('fail-npm'))
  expect((await checkout.setUp()).code).toBe(0)
})

it('a failed build is not taken for built', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/one/src/a.ts', 'export { }')
  checkout.write('fail-tsc', '')
  expect((await checkout.setUp()).code).toBe(2)
  rmSync(checkout.path('fail-tsc'))
  checkout.takeLog()
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['tsc -b'])
})

it('a page is built beside what is compiled, and a second run builds nothing', async () => {
  const checkout = new Checkout()
  await checkout.setUp()
  expect(checkout.takeLog()).toContain('vite build')
  expect(existsSync(checkout.path('packages/workbench/dist/web/assets/index.js'))).toBe(true)
  const { stderr } = await checkout.setUp()
  expect({ log: checkout.takeLog(), stderr }).toEqual({ log: [], stderr: '' })
})

it.each(['web/index.html', 'vite.config.ts'])(
  'a changed %s builds the page again, and nothing else',
  async (file) => {
    const checkout = await createReadyCheckout()
    checkout.write(`packages/workbench/${file}`, '// changed')
    await checkout.setUp()
    expect(checkout.takeLog()).toEqual(['vite build'])
  },
)

it('what the page shares with its server builds both again', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/workbench/src/protocol/a.ts', '// changed')
  await checkout.setUp()
  expect(checkout.takeLog()).toContain('vite build')
})

it('a file of the built page that is deleted is built again, and none is taken for an orphan', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/one/src/a.ts', 'export { }')
  await checkout.setUp()
  checkout.takeLog()
  const built = checkout.path('packages/workbench/dist/web/assets/index.js')
  expect(existsSync(built)).toBe(true)
  rmSync(built)
  await checkout.setUp()
  expect(checkout.takeLog()).toEqual(['vite build'])
  expect(existsSync(built)).toBe(true)
})

it('a page that could not be built is not taken for built', async () => {
  const checkout = await createReadyCheckout()
  checkout.write('packages/workbench/web/index.html', '// changed')
  checkout.write('fail-vite', '')
  const { code, stderr } = await checkout.setUp()
  expect(code).toBe(3)
  expect(stderr).toContain('the page could not be built')
  rmSync(checkout.path('fail-vite'))
  checkout.takeLog()
  expect((await checkout.setUp()).code).toBe(0)
  expect(checkout.takeLog()).toEqual(['vite build'])
})

it('runs that start together install and build once', async () => {
  const checkout = new Checkout()
  const runs = await Promise.all([1, 2, 3, 4].map(() => checkout.setUp()))
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  expect(checkout.takeLog()).toEqual(['npm ci --include=dev', 'tsc -b --force', 'vite build'])
  expect(existsSync(checkout.path('.setup.lock'))).toBe(false)
})

it('a lock whose holder died is taken over', async () => {
  const checkout = new Checkout()
  const { stdout } = await runNode(['-p', 'process.pid'])
  checkout.write('.setup.lock', stdout.trim())
  expect((await checkout.setUp()).code).toBe(0)
  expect(checkout.takeLog()).toHaveLength(3)
})

it('a lock left by a dead process whose number a living stranger got is taken over', async () => {
  const checkout = new Checkout()
  checkout.write('.setup.lock', String(process.pid))
  utimesSync(checkout.path('.setup.lock'), new Date(0), new Date(0))
  expect((await checkout.setUp()).code).toBe(0)
})

it('a lock whose holder lives is waited for', async () => {
  const checkout = new Checkout()
  checkout.write('.setup.lock', String(process.pid))
  let running: Promise<Ended> | undefined
  const said = await new Promise<string>((resolve) => {
    running = checkout.setUp([], resolve)
  })
  expect(said).toContain(`waiting for another set-up to finish (process ${process.pid})`)
  expect(checkout.takeLog()).toEqual([])
  rmSync(checkout.path('.setup.lock'))
  expect((await running)?.code).toBe(0)
})
