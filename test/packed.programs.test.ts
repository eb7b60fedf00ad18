import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Block, readDocument } from './support/markdown.js'
import { ROOT } from './support/programs.js'
import { Running } from './support/running.js'
import { relocate } from './support/snippets.js'

// A clone and a project beside it, as the README has them; the project is an empty folder.
const home = mkdtempSync(join(tmpdir(), 'hawser-packed-'))
const clone = join(home, 'hawser')
const project = join(home, 'project')
const installed = ['hawser', '@hawser/cli', '@hawser/workbench'].map((name) =>
  join(project, 'node_modules', name),
)
const { blocks } = readDocument('README.md')

beforeAll(async () => {
  mkdirSync(clone)
  mkdirSync(project)
  const isInstall = ({ text }: Block): boolean => /^npm install \S+\.tgz/m.test(text)
  const [pack, install, ...rest] = blocks.find(isInstall)?.text.trim().split('\n') ?? []
  expect(rest).toEqual([])
  await run(`${pack} -- --pack-destination ${clone}`, ROOT)
  await run(install ?? '', project)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function run(command: string, cwd: string): Promise<void> {
  const [program = '', ...args] = command.split(' ')
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false' }
  const env = { ...process.env, ...quiet, npm_config_prefer_offline: 'true' }
  await promisify(execFile)(program, args, { cwd, env })
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

it('the packages hold no source maps and name none', () => {
  const files = installed.flatMap(listFiles)
  expect(files.length).toBeGreaterThan(300)
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
  const texts = files.filter((file) => /\.[cm]?[jt]s$/.test(file))
  expect(texts.filter((file) => readFileSync(file, 'utf8').includes('sourceMappingURL='))).toEqual(
    [],
  )
})

it("the README's server, client and command run in an empty folder", async () => {
  const [server, client] = ['serve', 'run'].map((mark) =>
    blocks.find(({ language, marks }) => language === 'ts' && marks.includes(mark)),
  )
  const path = join(home, 'server.sock')
  const start = (name: string, text = ''): Running => {
    writeFileSync(join(project, name), relocate(text, path))
    return new Running(process.execPath, [name], project)
  }
  await start('server.mjs', `${server?.text}\nconsole.log('ready')\n`).prints(/ready/)
  const talking = start('client.mjs', client?.text)
  expect(await talking.ended).toEqual({ code: 0, signal: null })
  expect(talking.printed).toBe('HELLO\n')

  const command = join(project, 'node_modules/.bin/hawser')
  const sending = new Running(command, ['connect', `unix:${path}`, '--send', 'ahoy'], project)
  expect(await sending.ended).toEqual({ code: 0, signal: null })
  expect(sending.printed).toBe('AHOY\n')
})

it('the page of the workbench is packed and served, and nothing is installed to build it', async () => {
  const inProject = (name: string): string => join(project, 'node_modules', name)
  expect(existsSync(inProject('@hawser/workbench/dist/web/index.html'))).toBe(true)
  expect(['preact', 'vite', '@preact/signals'].map(inProject).filter(existsSync)).toEqual([])

  const running = new Running(join(project, 'node_modules/.bin/hawser'), ['workbench'], project)
  const closing = { headers: { connection: 'close' } }
  const [link] = await running.prints(/http:\/\/\S+/)
  const page = await fetch(link, closing)
  expect(page.status).toBe(200)
  const [, script = ''] = /src="([^"]+\.js)"/.exec(await page.text()) ?? []
  const code = await fetch(new URL(script, link), closing)
  expect(code.headers.get('content-type')).toContain('javascript')
  expect(await code.text()).not.toBe('')
  expect(await running.interrupt()).toEqual({ code: 0, signal: null })
})

it.each(['packages/hawser/README.md', 'packages/cli/README.md', 'packages/workbench/README.md'])(
  '%s is packed',
  (path) => {
    const [folder = ''] = installed.filter((name) => name.endsWith(path.split('/')[1] ?? ''))
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(readDocument(path).text)
  },
)

it('the README of the library has each of its subpaths', () => {
  const manifest = readFileSync(join(ROOT, 'packages/hawser/package.json'), 'utf8')
  const { exports } = JSON.parse(manifest) as { exports: Record<string, unknown> }
  const { text } = readDocument('packages/hawser/README.md')
  const names = Object.keys(exports).filter((name) => !name.endsWith('.json'))
  const missing = names.filter((name) => !text.includes(`from 'hawser${name.slice(1)}'`))
  expect(missing).toEqual([])
})
