// `npm run test:runtimes`: packs the library, installs the tarball in an empty folder as a user
// would, runs test/runtimes/smoke.mjs there on every runtime and prints a table of the outcomes; and
// test/runtimes/course.mjs on every Node.js, whose simulations have to take the same course; and
// test/runtimes/inspect.mjs with the packed inspector.
// `--this` takes the Node that runs it alone and installs no runtime: a step of `npm test`.
// `--help` says so, and so does an argument that there is not.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const USAGE = `npm run test:runtimes -- [options]

Packs the library, installs it as a user would, and runs test/runtimes/smoke.mjs on every runtime, and
test/runtimes/inspect.mjs with the packed inspector on every Node.js.
The first time it downloads the runtimes, about 1 GB, into test/runtimes/node_modules.

  --this   only on the Node.js that runs this; downloads nothing
  --help   this
`
const LIMIT = 60_000
const root = fileURLToPath(new URL('..', import.meta.url))
const home = join(root, 'test/runtimes')
const installed = (/** @type {string} */ path) => join(home, 'node_modules', path)

const { onlyThis, help } = readArguments()
if (help) {
  process.stdout.write(USAGE)
  process.exit(0)
}

const nodes = ['20', '22', '24', '26'].map((major) => ({
  name: `Node ${major}`,
  command: [installed(`node${major}/bin/node`)],
}))
const all = [
  ...nodes,
  { name: 'Bun', command: [installed('bun/bin/bun'), '--no-install'] },
  {
    name: 'Deno',
    command: [installed('deno/deno'), 'run', '--allow-all', '--node-modules-dir=manual'],
  },
]
const runtimes = onlyThis ? [{ name: 'this Node', command: [process.execPath] }] : all

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {Map<string, string | undefined>} checks what went wrong, or undefined, by check
 */

if (!onlyThis && (process.platform !== 'linux' || process.arch !== 'x64')) {
  console.error(
    `The runtimes are binaries for linux x64; this is ${process.platform} ${process.arch}`,
  )
  process.exit(1)
}

const scratch = mkdtempSync(join(tmpdir(), 'hawser-runtimes-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

if (!onlyThis) installRuntimes()
installLibrary()
/** @type {Column[]} */
const outcomes = []
for (const { name, command } of runtimes) outcomes.push(await runSuite('smoke.mjs', name, command))
printTable(outcomes)
/** @type {Column[]} */
const inspections = []
for (const { name, command } of onlyThis ? runtimes : nodes)
  inspections.push(await runSuite('inspect.mjs', name, command))
printTable(inspections)
compareCourses()

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { this: { type: 'boolean' }, help: { type: 'boolean' } },
    })
    return { onlyThis: values.this === true, help: values.help === true }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}

function installRuntimes() {
  const stamp = createHash('sha256').update(readFileSync(join(home, 'package-lock.json')))
  const digest = stamp.digest('hex')
  const file = installed('.hawser-install')
  try {
    if (readFileSync(file, 'utf8') === digest) return
  } catch {
    // Never installed: do it now.
  }
  console.error('installing the runtimes (about 1 GB)')
  npm(home, ['ci', '--ignore-scripts'])
  writeFileSync(file, digest)
}

function installLibrary() {
  const packed = ['-w', 'hawser', '-w', '@hawser/inspect']
  const output = npm(root, ['pack', ...packed, '--json', '--pack-destination', scratch])
  const names = [...output.matchAll(/"filename": "([^"]+)"/g)].map(([, name]) => name ?? '')
  const tarballs = names.map((name) => join(scratch, basename(name)))
  writeFileSync(join(scratch, 'package.json'), '{ "private": true, "type": "module" }\n')
  npm(scratch, ['install', '--ignore-scripts', '--prefer-offline', ...tarballs])
  for (const file of ['smoke.mjs', 'course.mjs', 'inspect.mjs', 'inspected.mjs'])
    copyFileSync(join(home, file), join(scratch, file))
  const compile = ['node_modules/typescript-7/bin/tsc', '-b', 'test/simulate']
  const { status } = spawnSync(process.execPath, compile, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('test/simulate does not compile')
  cpSync(join(root, 'test/simulate/dist'), join(scratch, 'scenarios'), { recursive: true })
}

/** The same seeds take the same course on every Node.js: twice on this one when there is no other. */
function compareCourses() {
  const compared = onlyThis ? [...runtimes, ...runtimes] : nodes
  const courses = compared.map(({ name, command: [file = ''] }) => {
    const options = /** @type {const} */ ({ cwd: scratch, encoding: 'utf8' })
    const { stdout, stderr, status } = spawnSync(file, ['course.mjs'], options)
    return { name, course: stdout + stderr, failed: status !== 0 }
  })
  const [first] = courses
  const others = courses.filter(({ course, failed }) => failed || course !== first?.course)
  for (const { name, course } of others)
    console.log(
      `FAILED on ${name}: another course than ${first?.name}:\n${firstDifference(first?.course ?? '', course)}`,
    )
  if (others.length > 0) process.exitCode = 1
  const seeds = first?.course.trim().split('\n').length ?? 0
  console.log(
    `${seeds} simulations: the same course in ${courses.length - others.length} of ${courses.length}`,
  )
}

/** @param {string} one @param {string} other */
function firstDifference(one, other) {
  const ours = one.split('\n')
  const theirs = other.split('\n')
  const at = theirs.findIndex((line, index) => line !== ours[index])
  if (at === -1) return other.slice(-2_000)
  return `${ours[at]}\n${theirs.slice(at, at + 20).join('\n')}`
}

/** @param {string} cwd @param {string[]} args */
function npm(cwd, args) {
  const { status, stdout } = spawnSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status === 0) return stdout
  throw new Error(`npm ${args.join(' ')} failed with exit code ${status}`)
}

/**
 * A suite prints one JSON object a line: its runtime, then each check, then that it finished.
 *
 * @param {string} suite @param {string} name @param {string[]} command @returns {Promise<Column>}
 */
function runSuite(suite, name, [file = '', ...args]) {
  console.error(`running on ${name}`)
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(scratch, 'deno') }
    const child = spawn(file, [...args, suite], {
      cwd: scratch,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT)
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve(readColumn(name, output, code))
    })
  })
}

/** @param {string} name @param {string} output @param {number | null} code @returns {Column} */
function readColumn(name, output, code) {
  /** @type {Column} */
  const column = { name, checks: new Map() }
  let finished = false
  for (const line of output.split('\n').filter(Boolean)) {
    const { runtime, check, error, done } = JSON.parse(line)
    if (runtime) column.name = runtime
    if (check) column.checks.set(check, error)
    if (done) finished = true
  }
  const ending = finished ? `exited with ${code}` : `stopped early with ${code ?? 'a signal'}`
  column.checks.set('ends by itself, cleanly', finished && code === 0 ? undefined : ending)
  return column
}

/** @param {Column[]} columns */
function printTable(columns) {
  const names = [...new Set(columns.flatMap(({ checks }) => [...checks.keys()]))]
  const rows = [
    ['', ...columns.map(({ name }) => name)],
    ['---', ...columns.map(() => '---')],
    ...names.map((name) => [
      name,
      ...columns.map(({ checks }) => {
        if (!checks.has(name)) return 'not run'
        return checks.get(name) === undefined ? 'yes' : 'FAILED'
      }),
    ]),
  ]
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? []
  for (const row of rows) {
    const fill = row[0] === '---' ? '-' : ' '
    console.log(`| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, fill)).join(' | ')} |`)
  }
  let failures = 0
  for (const { name, checks } of columns) {
    for (const check of names) {
      const error = checks.has(check) ? checks.get(check) : 'not run'
      if (error === undefined) continue
      failures += 1
      console.log(`FAILED on ${name}: ${check}: ${error}`)
    }
  }
  console.log(`${names.length * columns.length - failures} passed, ${failures} failed`)
  if (failures > 0) process.exitCode = 1
}
