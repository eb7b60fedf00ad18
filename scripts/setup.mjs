// Makes a checkout ready: installs what the lockfile names and compiles, each only if needed.
// `--install-only` leaves the build to the caller. Node's own modules only: nothing is installed yet.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { acquireLock } from './lib/lock.mjs'
import {
  BUILD_STAMP,
  INSTALL_STAMP,
  PAGE_STAMP,
  computeBuildStamp,
  computeInstallStamp,
  computePageStamp,
  computeSourceStamp,
  reconcileOutputs,
} from './lib/stamps.mjs'

const FLOOR = { major: 20, minor: 19 }
const root = fileURLToPath(new URL('..', import.meta.url))
const wantsBuild = !process.argv.includes('--install-only')

const isInstalled = () => read(INSTALL_STAMP) === computeInstallStamp(root)
const isBuilt = () => read(BUILD_STAMP) === computeBuildStamp(root)
const isPageBuilt = () => read(PAGE_STAMP) === computePageStamp(root)
const isReady = () => isInstalled() && (!wantsBuild || (isBuilt() && isPageBuilt()))

process.exitCode = checkNode() ? await setUp() : 1

async function setUp() {
  // Stamps are written last and removed first, so a matching pair needs no lock.
  if (isReady()) return 0
  const release = await acquireLock(join(root, '.setup.lock'), (pid) => {
    say(`waiting for another set-up to finish (process ${pid})`)
  })
  process.on('exit', release)
  try {
    if (!isInstalled()) {
      const code = await install()
      if (code !== 0) return code
    }
    return wantsBuild ? await buildBoth() : 0
  } finally {
    release()
  }
}

async function install() {
  say('installing from package-lock.json')
  rmSync(join(root, INSTALL_STAMP), { force: true })
  const stamp = computeInstallStamp(root)
  const code = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'])
  if (code === 0) writeFileSync(join(root, INSTALL_STAMP), stamp)
  else say(`npm ci failed with exit code ${code}; its output above says why`)
  return code
}

/** The compiler and vite have nothing to do with each other. */
async function buildBoth() {
  const codes = await Promise.all([isBuilt() ? 0 : build(), isPageBuilt() ? 0 : buildPage()])
  return codes.find((code) => code !== 0) ?? 0
}

async function buildPage() {
  say('building the page')
  const code = await run(process.execPath, [join(root, 'scripts/build-page.mjs')])
  if (code !== 0) say('the page could not be built; vite says above what to change')
  return code
}

async function build() {
  say('building')
  rmSync(join(root, BUILD_STAMP), { force: true })
  const options = reconcileOutputs(root) ? ['--force'] : []
  const before = computeSourceStamp(root)
  const tsc = join(root, 'node_modules/typescript-7/bin/tsc')
  const code = await run(process.execPath, [tsc, '-b', ...options])
  if (code !== 0) {
    say('the build failed; the compiler says above what to change')
    return code
  }
  const bundled = await run(process.execPath, [join(root, 'scripts/bundle.mjs')])
  if (bundled !== 0) return bundled
  // A source saved while the compiler ran is perhaps not in its output: leave that to the next run.
  if (computeSourceStamp(root) === before) {
    writeFileSync(join(root, BUILD_STAMP), computeBuildStamp(root))
  }
  return 0
}

/** @param {string[]} args */
function runNpm(args) {
  const path = process.env['npm_execpath']
  if (path && basename(path) === 'npm-cli.js') return run(process.execPath, [path, ...args])
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
}

/**
 * Standard output stays clean for the command that follows, so children write to standard error.
 *
 * @param {string} command @param {string[]} args @returns {Promise<number>}
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
    // On Ctrl-C the terminal signals the child too: outlive it, so that the lock is given back.
    const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal)
    process.on('SIGINT', forward).on('SIGTERM', forward)
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve(code ?? 1)
    })
  })
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > FLOOR.major || (major === FLOOR.major && minor >= FLOOR.minor)) return true
  say(
    `Hawser needs Node.js ${FLOOR.major}.${FLOOR.minor} or newer; this is ${process.versions.node}`,
  )
  return false
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`setup: ${line}\n`)
}
