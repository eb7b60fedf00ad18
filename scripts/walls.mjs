// Fails if a file imports what the walls of ARCHITECTURE.md forbid. A linter's patterns see how an
// import is spelled; this resolves where it leads, in every form an import can take.
// `--root DIR` checks another tree, which is how its own test feeds it wrong imports.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { listImports } from './lib/imports.mjs'
import { HTTP_FILES, LIBRARY_UNITS, PUBLIC_ONLY, SOCKET_BUILTINS } from './lib/wall-rules.mjs'

const LIBRARY = 'packages/hawser/src'
const { values } = parseArgs({ options: { root: { type: 'string' } } })
const root = resolve(values.root ?? fileURLToPath(new URL('..', import.meta.url)))

const files = ['packages', 'examples', 'bench', 'test'].flatMap(findSources)
const violations = files.flatMap(checkFile)
for (const line of violations) console.error(line)
console.log(`walls: ${files.length} files, ${violations.length} forbidden imports`)
process.exitCode = violations.length === 0 && files.length > 0 ? 0 : 1

/** @param {string} file @returns {string[]} */
function checkFile(file) {
  const from = relative(root, file).replaceAll(sep, '/')
  const { imports, findings } = listImports(file, readFileSync(file, 'utf8'))
  const isLibrary = from.startsWith(`${LIBRARY}/`)
  const complaints = imports.flatMap(({ specifier, line }) => {
    const why = isLibrary ? judgeLibrary(from, file, specifier) : judgeOther(from, file, specifier)
    return why === undefined ? [] : [`${from}:${line}: ${why}`]
  })
  const isStrict = isLibrary || PUBLIC_ONLY.some((folder) => from.startsWith(`${folder}/`))
  return isStrict
    ? [...complaints, ...findings.map(({ what, line }) => `${from}:${line}: ${what}`)]
    : complaints
}

/** @param {string} from @param {string} file @param {string} specifier */
function judgeLibrary(from, file, specifier) {
  const unit = unitOf(from)
  const rule = LIBRARY_UNITS[unit]
  if (rule === undefined) return `'${unit}' has no row in scripts/lib/wall-rules.mjs: add one`
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(dirname(file), specifier)).replaceAll(sep, '/')
    if (!target.startsWith(`${LIBRARY}/`))
      return `${unit} may not leave the library: '${specifier}'`
    const other = unitOf(target)
    if (other === unit || rule.units.includes(other)) return undefined
    return `${unit} may not import ${other}: '${specifier}'`
  }
  if (!isBuiltin(specifier)) return `the library has no dependencies, so not '${specifier}' either`
  const name = builtinName(specifier)
  if (!specifier.startsWith('node:')) return `write 'node:${name}' for Node's module '${name}'`
  return rule.builtins.includes(name) ? undefined : `${unit} may not import '${specifier}'`
}

/** @param {string} from @param {string} file @param {string} specifier */
function judgeOther(from, file, specifier) {
  const publicOnly = PUBLIC_ONLY.some((folder) => from.startsWith(`${folder}/`))
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(dirname(file), specifier)).replaceAll(sep, '/')
    const home = homeOf(from)
    if (homeOf(target) === home && (!publicOnly || !target.includes('/test/'))) return undefined
    if (from.includes('/test/') && target.startsWith('test/support/')) return undefined
    if (home === 'test' && homeOf(target) === 'scripts') return undefined
    // The Redis example is a program of several files, whose parts are tested.
    if (home === 'test' && target.startsWith('examples/redis/')) return undefined
    // A benchmark may measure a part that is not public, such as a decoder alone.
    if (home === 'bench' && target.startsWith(`${LIBRARY}/`)) return undefined
    return `${home} may not reach into ${homeOf(target)}: '${specifier}'`
  }
  if (isBuiltin(specifier)) {
    const name = builtinName(specifier)
    if (!specifier.startsWith('node:')) return `write 'node:${name}' for Node's module '${name}'`
    if (name === 'http' && HTTP_FILES.includes(from)) return undefined
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

/** @param {string} path a file of the library, from the root @returns {string} */
function unitOf(path) {
  const [first = ''] = path.slice(LIBRARY.length + 1).split('/')
  return first.replace(/\.(d\.)?[cm]?[jt]s$/, '')
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
