import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createFolder } from './support/folders.js'
import { readDocuments } from './support/markdown.js'
import { ROOT, runNode } from './support/programs.js'
import { transpileSnippets } from './support/snippets.js'

// A project of a user: `hawser` as npm installs it, found by its package exports, and its declarations
// are checked as well. The documents' programs and those of fixtures/outside compile in it.

const compilerOptions = {
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  moduleDetection: 'force',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  // What a module exports has to have a name that its users can import.
  declaration: true,
  noEmit: true,
}

const fixtures = join(ROOT, 'test/fixtures/outside')

/** The programs of the documents that need nothing but `hawser`, by a name that says where they are. */
function readPrograms(): Record<string, string> {
  const blocks = readDocuments().flatMap((document) => document.blocks)
  const named = transpileSnippets(blocks).map(({ block, source }) => {
    const file = `${block.document.replaceAll(/[/.]/g, '-')}-${block.line}.ts`
    return [file, source] as const
  })
  return Object.fromEntries(named.filter(([, source]) => isSelfContained(source)))
}

function isSelfContained(source: string): boolean {
  const names = [...source.matchAll(/(?:from|import) '([^']+)'/g)].map(([, name = '']) => name)
  return names.every((name) => /^(?:node:|hawser(?:\/|$))/.test(name))
}

function createProject(): string {
  const project = createFolder({
    ...readPrograms(),
    'package.json': JSON.stringify({ type: 'module' }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts'] }),
  })
  for (const name of readdirSync(fixtures)) cpSync(join(fixtures, name), join(project, name))
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, '@types'), { recursive: true })
  for (const part of ['package.json', 'bundle', 'dist']) {
    cpSync(join(ROOT, 'packages/hawser', part), join(modules, 'hawser', part), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(modules, '@types/node'))
  return project
}

it.each(['typescript', 'typescript-7'])(
  'programs of users compile in a project of their own, with %s',
  async (compiler) => {
    const folder = join(ROOT, 'node_modules', compiler)
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      bin: { tsc: string }
    }
    const project = createProject()
    const { code, stdout } = await runNode([join(folder, bin.tsc), '-p', project], { cwd: project })
    expect({ code, problems: stdout.trim().split('\n') }).toEqual({ code: 0, problems: [''] })
  },
)

it('the project has the programs of the README and of the tutorials', () => {
  const names = Object.keys(readPrograms()).join(' ')
  for (const document of ['README-md', 'packages-hawser-README-md', 'docs-from-node-net-md']) {
    expect(names).toContain(document)
  }
  expect(Object.keys(readPrograms()).length).toBeGreaterThan(80)
})
