import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** What makes two runs with one seed differ. */
export interface Breach {
  /** Below `packages/hawser/src`. */
  readonly file: string
  readonly line: number
  /** What is used: `Date.now`, `node:os`. */
  readonly what: string
}

/** Whatever they are asked for, the answer is of this moment or of this machine. */
const sources = new Map<string, readonly string[] | 'all'>(
  Object.entries({
    Math: ['random'] as readonly string[],
    Date: ['now'],
    performance: 'all' as const,
    crypto: 'all' as const,
    AbortSignal: ['timeout'],
    process: [
      ...['hrtime', 'uptime', 'pid', 'ppid', 'env', 'memoryUsage', 'cpuUsage', 'resourceUsage'],
      ...['availableMemory', 'constrainedMemory', 'getActiveResourcesInfo'],
    ],
  }),
)
const names = new Set(['setTimeout', 'setInterval', 'WeakRef', 'FinalizationRegistry', 'fetch'])
const modules = new Set([
  ...['crypto', 'os', 'dns', 'dns/promises', 'net', 'tls', 'dgram', 'http', 'https', 'http2'],
  ...['fs', 'fs/promises', 'child_process', 'cluster', 'worker_threads', 'timers/promises', 'v8'],
])
/** Their default export, by a name of the importer's own. */
const aliases = new Map([
  ['process', 'process'],
  ['perf_hooks', 'performance'],
])

const root = fileURLToPath(new URL('../../../src', import.meta.url))

/** In all sources of the library. */
export function allBreaches(): readonly Breach[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) => breachesIn(file, readFileSync(`${root}/${file}`, 'utf8')))
}

/** In the text of one file. */
export function breachesIn(file: string, text: string): readonly Breach[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  // In the simulator it is also what a host runs.
  const hasProcess = /from '(?:node:)?process'/.test(text)
  const found: Breach[] = []
  const note = (node: ts.Node, what: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    found.push({ file, line: line + 1, what })
  }
  const visit = (node: ts.Node): void => {
    // Types are gone when the program runs.
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    if (ts.isImportDeclaration(node)) {
      noteImport(node, note)
      return
    }
    if (ts.isIdentifier(node) && isValue(node)) {
      const what = whatOf(node)
      if (what !== undefined && (what !== 'process' || hasProcess)) note(node, what)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function noteImport(node: ts.ImportDeclaration, note: (node: ts.Node, what: string) => void): void {
  const { importClause: clause, moduleSpecifier } = node
  if (clause === undefined || !ts.isStringLiteral(moduleSpecifier)) return
  const { namedBindings: bindings } = clause
  const named =
    bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined
  const isOfTypes =
    clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
    (clause.name === undefined && named?.every(({ isTypeOnly }) => isTypeOnly) === true)
  if (isOfTypes) return
  const module = moduleSpecifier.text.replace(/^node:/, '')
  if (modules.has(module)) note(node, moduleSpecifier.text)
  for (const { name, propertyName, isTypeOnly } of named ?? []) {
    // By another name it would not be seen where it is used.
    const original = (propertyName ?? name).text
    const isSource = names.has(original) || sources.has(original)
    if (!isTypeOnly && isSource && original !== name.text) note(node, `${original} as ${name.text}`)
  }
  const alias = aliases.get(module)
  if (alias !== undefined && clause.name !== undefined && clause.name.text !== alias) {
    note(node, `${alias} as ${clause.name.text}`)
  }
}

/** Whether it is used, and not the name of a member, or declared here. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) {
    const { expression } = parent
    return parent.name !== node || (ts.isIdentifier(expression) && expression.text === 'globalThis')
  }
  if (ts.isExportSpecifier(parent)) return true
  const declared = parent as { readonly name?: ts.Node; readonly propertyName?: ts.Node }
  return declared.name !== node && declared.propertyName !== node
}

function whatOf(node: ts.Identifier): string | undefined {
  const { text } = node
  if (names.has(text)) return text
  const members = sources.get(text)
  if (members === undefined) return undefined
  const use =
    ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node
  const { parent } = use
  if (ts.isPropertyAccessExpression(parent) && parent.expression === use) {
    const member = parent.name.text
    return members === 'all' || members.includes(member) ? `${text}.${member}` : undefined
  }
  if (text === 'Date') return whatOfDate(parent, use)
  // Taken apart, or passed on: what is done with it cannot be seen.
  return ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword
    ? undefined
    : text
}

/** A date that is given is no time of day. */
function whatOfDate(parent: ts.Node, use: ts.Node): string | undefined {
  if (ts.isNewExpression(parent) && parent.expression === use) {
    return (parent.arguments?.length ?? 0) === 0 ? 'new Date()' : undefined
  }
  if (ts.isCallExpression(parent) && parent.expression === use) return 'Date()'
  return ts.isVariableDeclaration(parent) || ts.isElementAccessExpression(parent)
    ? 'Date'
    : undefined
}
