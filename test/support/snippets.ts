import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { createFolder } from './folders.js'
import type { Block } from './markdown.js'
import { ROOT } from './programs.js'

/** A program written in a document. */
export interface Snippet {
  block: Block
  /** The block with the blocks it goes on from. */
  source: string
  /** What is wrong with it, each as `line: message`. */
  problems: string[]
  /** What Node runs. */
  output: string
}

// Snippets are compiled as if they lay beside the library's tests, and under its strict options.
const home = join(ROOT, 'packages/hawser/test')

/**
 * Compiles every TypeScript block. A block marked `continues` goes on where the one before it in
 * the same document ended, past those that are marked `run` or `aside`: these lead nowhere.
 */
export function compileSnippets(blocks: readonly Block[]): Snippet[] {
  const snippets = collect(blocks)
  compile(snippets)
  return [...snippets.values()]
}

/** The same without looking for problems, which is much faster. */
export function transpileSnippets(blocks: readonly Block[]): Snippet[] {
  const snippets = collect(blocks)
  const compilerOptions = { ...readOptions(), module: ts.ModuleKind.ESNext }
  for (const snippet of snippets.values()) {
    snippet.output = ts.transpileModule(snippet.source, { compilerOptions }).outputText
  }
  return [...snippets.values()]
}

function collect(blocks: readonly Block[]): Map<string, Snippet> {
  const snippets = new Map<string, Snippet>()
  let previous: Snippet | undefined
  for (const [at, block] of blocks.entries()) {
    if (block.language !== 'ts') continue
    const goesOn = block.marks.includes('continues')
    if (goesOn && previous?.block.document !== block.document) {
      throw new Error(`${block.document}:${block.line}: there is nothing to continue`)
    }
    const source = goesOn ? `${previous?.source}\n${block.text}` : block.text
    const snippet = { block, source, problems: [], output: '' }
    snippets.set(join(home, `snippet-${at}.ts`), snippet)
    if (!['run', 'aside'].some((mark) => block.marks.includes(mark))) previous = snippet
  }
  return snippets
}

function compile(snippets: ReadonlyMap<string, Snippet>): void {
  const options = readOptions()
  const host = ts.createCompilerHost(options)
  const disk = ts.createCompilerHost(options)
  host.fileExists = (path) => snippets.has(path) || disk.fileExists(path)
  host.readFile = (path) => snippets.get(path)?.source ?? disk.readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const snippet = snippets.get(path)
    if (snippet === undefined) return disk.getSourceFile(path, language, ...rest)
    return ts.createSourceFile(path, snippet.source, language)
  }
  host.writeFile = (path, text) => {
    const snippet = snippets.get(path.replace(/\.js$/, '.ts'))
    if (snippet !== undefined) snippet.output = text
  }
  const program = ts.createProgram([...snippets.keys()], options, host)
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ')
    const snippet = file && snippets.get(file.fileName)
    if (snippet === undefined) throw new Error(`${file?.fileName}: ${message}`)
    const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0
    snippet.problems.push(`${snippet.source.split('\n')[line]?.trim()}: ${message}`)
  }
  program.emit()
}

function readOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.base.json')
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT)
  return {
    ...options,
    composite: false,
    declaration: false,
    isolatedDeclarations: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  }
}

/**
 * A folder with compiled snippets in which Node finds `hawser`.
 *
 * @param files by name, such as `server.js`
 */
export function createProgramFolder(files: Readonly<Record<string, string>>): string {
  const folder = createFolder({ 'package.json': '{ "type": "module" }', ...files })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Moves a snippet from the port that documents show to a Unix socket of the test's own. */
export function relocate(output: string, path: string): string {
  return output
    .replaceAll("'tcp://127.0.0.1:8000'", `'unix:${path}'`)
    .replaceAll("8000, '127.0.0.1'", `'${path}'`)
}
