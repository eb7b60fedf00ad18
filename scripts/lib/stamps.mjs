import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Where the stamps live: inside node_modules, so that deleting that folder forgets them. */
export const INSTALL_STAMP = 'node_modules/.hawser-install'
export const BUILD_STAMP = 'node_modules/.hawser-build'
export const PAGE_STAMP = 'node_modules/.hawser-page'

/** The package whose page is built with vite, beside what the compiler does. */
export const PAGE_PACKAGE = 'packages/workbench'

/** @param {string} root */
function listPackages(root) {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .toSorted()
}

/**
 * What an installation depends on: the lockfile, every package.json and the kind of machine.
 *
 * @param {string} root
 */
export function computeInstallStamp(root) {
  const hash = createHash('sha256')
  const manifests = [root, ...listPackages(root)].map((folder) => join(folder, 'package.json'))
  for (const file of [join(root, 'package-lock.json'), ...manifests]) {
    const bytes = readFileSync(file)
    hash.update(`${relative(root, file)}\0${bytes.length}\0`).update(bytes)
  }

  return `${hash.digest('hex')} ${process.platform} ${process.arch}`
}

/**
 * What the build reads, by name, size and times. Reading the contents would cost a second
 * `npm start` more than it has; and a changed file cannot hide, as no tool sets an inode's change
 * time back.
 *
 * @param {string} root
 */
export function computeSourceStamp(root) {
  const own = ['tsconfig.json', 'tsconfig.base.json', 'scripts/bundle.mjs', INSTALL_STAMP]
  const files = own.map((file) => join(root, file))
  for (const folder of listPackages(root)) {
    files.push(join(folder, 'tsconfig.json'), join(folder, 'package.json'))
    files.push(...walk(join(folder, 'src')))
  }
  return hashStates(root, files)
}

/**
 * What the build reads and what it wrote: a deleted output is noticed like a changed source.
 *
 * @param {string} root
 */
export function computeBuildStamp(root) {
  const outputs = listPackages(root).flatMap((folder) =>
    ['dist', 'bundle'].flatMap((name) => walk(join(folder, name)).filter(isNoPage)),
  )
  return `${computeSourceStamp(root)} ${hashStates(root, outputs)}`
}

/**
 * What the page is built of, which is its own files and what it shares with its server, and what came of it.
 *
 * @param {string} root
 */
export function computePageStamp(root) {
  const folder = join(root, PAGE_PACKAGE)
  const sources = ['web', 'src/protocol'].flatMap((name) => walk(join(folder, name)))
  const own = ['vite.config.ts', 'package.json'].map((name) => join(folder, name))
  const outputs = walk(join(folder, 'dist/web'))
  return hashStates(root, [...sources, ...own, join(root, INSTALL_STAMP), ...outputs])
}

/** @param {string} root @param {string[]} files */
function hashStates(root, files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const stats = statSync(file, { throwIfNoEntry: false })
    const state = stats && [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ')
    hash.update(`${relative(root, file)}\0${state}\0`)
  }
  return hash.digest('hex')
}

/**
 * Deletes outputs whose source is gone, and the maps of a former build: the compiler leaves both
 * behind, and a package would ship them.
 * Returns whether a source lacks its output: the compiler trusts its own notes and would not look.
 *
 * @param {string} root
 */
export function reconcileOutputs(root) {
  let missing = false
  for (const folder of listPackages(root)) {
    const source = join(folder, 'src')
    const output = join(folder, 'dist')
    const outputs = new Set(walk(output).filter(isNoPage))
    for (const file of walk(source)) {
      if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue
      const base = join(output, relative(source, file)).slice(0, -'.ts'.length)
      for (const suffix of ['.js', '.d.ts']) {
        if (!outputs.delete(base + suffix)) missing = true
      }
    }
    for (const orphan of outputs) {
      if (/\.(js|d\.ts)(\.map)?$/.test(orphan)) rmSync(orphan)
    }
  }
  return missing
}

/** The page has a stamp of its own. @param {string} file */
function isNoPage(file) {
  return !file.includes(`${sep}dist${sep}web${sep}`)
}

/** @param {string} folder @returns {string[]} every file below, in a fixed order */
function walk(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
