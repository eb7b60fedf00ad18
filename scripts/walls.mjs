// Fails if a file imports what the walls of ARCHITECTURE.md forbid, or is too long. A linter's patterns
// see how an import is spelled; this resolves where it leads, in every form an import can take.
// `--root DIR` checks another tree, which is how its own test feeds it wrong imports.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { listImports } from './lib/imports.mjs'
import {
  findMissingRow,
  findTableFaults,
  judgeBuiltin,
  judgeImport,
  placeOf,
} from './lib/places.mjs'
import {
  CONTRACTS,
  HTTP_FILES,
  LOADER_FILES,
  MOST_LINES,
  PIPE_FILE,
  PUBLIC_ONLY,
  SHARED_WITH_PAGES,
  SOCKET_BUILTINS,
  WATCHING_FOLDER,
  TABLES,
} from './lib/wall-rules.mjs'

const LIBRARY = 'packages/hawser/src'
/** A package has its sources in `src`, and those of a page in `web`. */
const PACKAGE_SOURCE = /^packages\/([^/]+)\/(src|web)\/(.+)$/
const { values } = parseArgs({ options: { root: { type: 'string' } } })
const root = resolve(values.root ?? fileURLToPath(new URL('..', import.meta.url)))

const files = ['packages', 'examples', 'bench', 'test'].flatMap(findSources)
const violations = [
  ...Object.entries(TABLES).flatMap(([name, table]) =>
    findTableFaults(table).map((fault) => `the table of packages/${name}: ${fault}`),
  ),
  ...files.flatMap(checkFile),
]
for (const line of violations) console.error(line)
console.log(`walls: ${files.length} files, ${violations.length} breaches`)
process.exitCode = violations.length === 0 && files.length > 0 ? 0 : 1

/** @param {string} file @returns {string[]} */
function checkFile(file) {
  const from = relative(root, file).replaceAll(sep, '/')
  const text = readFileSync(file, 'utf8')
  const { imports, findings } = listImports(file, text)
  const missing = findHomelessness(from)
  if (missing !== undefined) return [`${from}:1: ${missing}`]
  const complaints = imports.flatMap(({ specifier, line }) => {
    const why = judge(from, file, specifier)
    return why === undefined ? [] : [`${from}:${line}: ${why}`]
  })
  const isStrict =
    from.startsWith(`${LIBRARY}/`) || PUBLIC_ONLY.some((folder) => from.startsWith(`${folder}/`))
  if (isStrict && !LOADER_FILES.includes(from))
    complaints.push(...findings.map(({ what, line }) => `${from}:${line}: ${what}`))
  return [...complaints, ...checkLength(from, text)]
}

/** @param {string} from @returns {string | undefined} why there is no rule for a file of a package */
function findHomelessness(from) {
  const source = sourceOf(from)
  if (source === undefined) return undefined
  const table = TABLES[source.name]
  if (table === undefined) {
    return `'packages/${source.name}' has no table in scripts/lib/wall-rules.mjs`
  }
  return findMissingRow(table, placeOf(source.path))
}

/**
 * @param {string} file
 * @returns {{ name: string, path: string } | undefined} the name of its table, and its path below that
 */
function sourceOf(file) {
  const [, name = '', half, path] = PACKAGE_SOURCE.exec(file) ?? []
  if (path === undefined) return undefined
  return { name: half === 'src' ? name : `${name}/${half}`, path }
}

/** @param {string} from @param {string} text @returns {string[]} */
function checkLength(from, text) {
  if (!PACKAGE_SOURCE.test(from)) return []
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  if (lines <= MOST_LINES) return []
  const most = `a file of a package has at most ${MOST_LINES}: split it by what it is about`
  return [`${from}:${MOST_LINES + 1}: it has ${lines} lines, and ${most}`]
}

/** @param {string} from @param {string} file @param {string} specifier */
function judge(from, file, specifier) {
  if (from.startsWith(`${LIBRARY}/`)) return judgeLibrary(from, file, specifier)
  return judgeInPackage(from, file, specifier) ?? judgeOther(from, file, specifier)
}

/** @param {string} from @param {string} file @param {string} specifier */
function judgeLibrary(from, file, specifier) {
  if (specifier.startsWith('.')) {
    if (targetOf(file, specifier).startsWith(`${LIBRARY}/`)) {
      return judgeInPackage(from, file, specifier)
    }
    return `the library may not be left: '${specifier}'`
  }
  if (!isBuiltin(specifier)) return `the library has no dependencies, so not '${specifier}' either`
  const name = builtinName(specifier)
  if (!specifier.startsWith('node:')) return `write 'node:${name}' for Node's module '${name}'`
  return judgeInPackage(from, file, specifier)
}

/**
 * Judges by the table of the file's package, where it has one and the import stays inside.
 *
 * @param {string} from @param {string} file @param {string} specifier
 */
function judgeInPackage(from, file, specifier) {
  const source = sourceOf(from)
  const table = source && TABLES[source.name]
  if (source === undefined || table === undefined) return undefined
  const place = placeOf(source.path)
  if (!specifier.startsWith('.')) {
    return isBuiltin(specifier) ? judgeBuiltin(table, place, builtinName(specifier)) : undefined
  }
  const target = targetOf(file, specifier)
  const other = sourceOf(target)
  if (other === undefined || homeOf(target) !== homeOf(from)) return undefined
  const why =
    other.name === source.name
      ? judgeImport(table, place, placeOf(other.path))
      : judgeHalf(source.name, target)
  return why === undefined ? undefined : `${why}: '${specifier}'`
}

/**
 * A page and the server that it belongs to share what they say to each other, and nothing else.
 *
 * @param {string} name the half that imports @param {string} target
 */
function judgeHalf(name, target) {
  const shared = SHARED_WITH_PAGES[name]
  if (shared !== undefined && target.startsWith(`${shared}/`)) return undefined
  return shared === undefined
    ? `packages/${name} may not import its page`
    : `packages/${name} sees only ${shared}`
}

/** @param {string} from @param {string} file @param {string} specifier */
function judgeOther(from, file, specifier) {
  const publicOnly = PUBLIC_ONLY.some((folder) => from.startsWith(`${folder}/`))
  if (specifier.startsWith('.')) {
    const target = targetOf(file, specifier)
    const home = homeOf(from)
    if (homeOf(target) === home && (!publicOnly || !target.includes('/test/'))) return undefined
    if (from.includes('/test/') && target.startsWith('test/support/')) return undefined
    if (from.includes('/test/') && CONTRACTS.includes(target.replace(/\.js$/, '.ts')))
      return undefined
    if (home === 'test' && homeOf(target) === 'scripts') return undefined
    // These examples are programs of several files, whose parts are tested.
    if (home === 'test' && /^examples\/(?:redis|protocols)\//.test(target)) return undefined
    // A benchmark may measure a part that is not public, such as a decoder alone.
    if (home === 'bench' && target.startsWith(`${LIBRARY}/`)) return undefined
    return `${home} may not reach into ${homeOf(target)}: '${specifier}'`
  }
  if (isBuiltin(specifier)) {
    const name = builtinName(specifier)
    if (!specifier.startsWith('node:')) return `write 'node:${name}' for Node's module '${name}'`
    if (name === 'http' && HTTP_FILES.includes(from)) return undefined
    if (name === 'net' && from.startsWith(`${WATCHING_FOLDER}/`)) return undefined
    if (name === 'net' && from === PIPE_FILE) return undefined
    return publicOnly && SOCKET_BUILTINS.includes(name)
      ? `'${specifier}' belongs to the library's socket folder; use 'hawser' instead`
      : undefined
  }
  const [name = '', ...rest] = specifier.split('/')
  if (name === 'hawser' && !isExported(`./${rest.join('/')}`)) {
    return `'${specifier}' is not public: import 'hawser' or one of its subpaths`
  }
  return undefined
}

/** @param {string} file @param {string} specifier @returns {string} where it leads, from the root */
function targetOf(file, specifier) {
  return relative(root, resolve(dirname(file), specifier)).replaceAll(sep, '/')
}

/** @param {string} path */
function homeOf(path) {
  return path.split('/', path.startsWith('packages/') ? 2 : 1).join('/')
}

/** @param {string} specifier */
function builtinName(specifier) {
  return specifier.replace(/^node:/, '')
}

/** @param {string} subpath */
function isExported(subpath) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages/hawser/package.json'), 'utf8'))
  return subpath === './' || Object.hasOwn(manifest.exports, subpath)
}

/** @param {string} folder @returns {string[]} */
function findSources(folder) {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist' || entry.name === 'node_modules') return []
    if (entry.isDirectory()) return findSources(join(folder, entry.name))
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [join(path, entry.name)] : []
  })
}
