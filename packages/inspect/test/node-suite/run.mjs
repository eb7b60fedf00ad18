// Runs Node's own tests without the tap and with it, and names those that differ. Not part of `npm test`: it takes the
// folder `test` of Node's source, of the same version as the Node.js that it runs with.
//
//   node packages/inspect/test/node-suite/run.mjs FOLDER [net tls http sequential/net async-hooks/ …]
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collect } from '../support/collector.mjs'

const SETS = `net tls http https http2 cluster child-process worker
  stream stream2 stream3 streams readable writable pipe stdin stdout stdio signal socket listen
  process async async-hooks asyncresource diagnostics-channel domain event events eventemitter timers
  next promise promises unhandled uncaught error errors beforeexit handle ttywrap tcp tty dgram dns
  inspector performance permission preload require module cli global debugger console microtask
  sequential/ async-hooks/ es-module/`.split(/\s+/)
const LONGEST = 120_000
const AT_ONCE = 2
const tap = fileURLToPath(new URL('../../bundle/tap.cjs', import.meta.url))
const [folder = '.', ...chosen] = process.argv.slice(2)

const place = mkdtempSync(join(tmpdir(), 'node-suite-'))
/** @type {string[]} */
const differing = []
const totals = { connections: 0, unequal: 0, unseen: 0, open: 0 }

for (const set of chosen.length > 0 ? chosen : SETS) {
  const files = filesOf(set)
  const counts = { bare: 0, tapped: 0 }
  await each(files, async (file, lane) => {
    const bare = await run(file, lane, {})
    const tapped = await runTapped(file, lane)
    if (bare.isGood) counts.bare += 1
    if (tapped.isGood) counts.tapped += 1
    if (bare.isGood === tapped.isGood) return
    // Either may be one of those that fail now and then.
    const again = [await run(file, lane, {}), await runTapped(file, lane)]
    const says = again.map(({ isGood }) => (isGood ? 'passes' : 'fails'))
    differing.push(file)
    console.log(`${file}: bare ${bare.isGood}, tapped ${tapped.isGood}; again ${says.join(', ')}`)
    writeFileSync(join(place, `${basename(file)}.txt`), tapped.isGood ? bare.output : tapped.output)
  })
  console.log(
    `${set}: ${files.length} files, ${counts.bare} pass bare, ${counts.tapped} with the tap`,
  )
}
console.log(totals)
console.log(differing.length === 0 ? 'no difference' : `outputs are in ${place}`)
process.exitCode = differing.length === 0 ? 0 : 1
if (differing.length === 0) rmSync(place, { recursive: true })

/**
 * @param {string} set a set, or how a name begins; with the folder it is in, unless that is `parallel`
 * @returns {string[]} their files below `folder`
 */
function filesOf(set) {
  const [name = '', kind = 'parallel'] = set.split('/').toReversed()
  const names = new RegExp(
    name === '' ? '^test-' : name.startsWith('test-') ? `^${name}` : `^test-${name}[-.]`,
  )
  return readdirSync(join(folder, kind))
    .filter((file) => /\.m?js$/.test(file) && names.test(file))
    .map((file) => join(kind, file))
}

/**
 * @template T
 * @param {readonly T[]} items @param {(item: T, lane: number) => Promise<void>} work
 */
async function each(items, work) {
  const queue = [...items]
  const lanes = Array.from({ length: AT_ONCE }, async (_, lane) => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, lane)
  })
  await Promise.all(lanes)
}

/** @param {string} file @param {number} lane */
async function runTapped(file, lane) {
  const path = join(place, `${basename(file)}.${lane}.sock`.slice(-40))
  const collector = await collect(path, { pipes: 8 })
  const result = await run(file, lane, { HAWSER_INSPECT: path, NODE_OPTIONS: `--require=${tap}` })
  const left = new Promise((resolve) => setTimeout(resolve, 2_000, 'left').unref())
  await Promise.race([collector.drained(), left])
  await collector.close()
  rmSync(path, { force: true })
  for (const reader of collector.readers) judge(file, reader)
  return result
}

/** @param {string} file @param {import('../support/collector.mjs').ThreadReader} reader */
function judge(file, { thread, problems }) {
  for (const { events, unseen } of thread.connections.values()) {
    totals.connections += 1
    if (unseen !== undefined) totals.unseen += 1
    if (unseen === 'native') console.log(`  ${file}: native: ${JSON.stringify(events)}`)
    if (!events.some(({ event }) => event === 'close')) totals.open += 1
  }
  totals.unequal += problems.length
  for (const problem of problems) console.log(`  ${file}: ${problem}`)
}

/**
 * @param {string} file @param {number} lane @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ isGood: boolean, output: string }>}
 */
function run(file, lane, env) {
  const path = join(folder, file)
  const flags = /^\/\/ Flags: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1]?.split(/\s+/) ?? []
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...flags, path], {
      detached: true,
      env: {
        ...process.env,
        TEST_THREAD_ID: String(lane),
        NODE_COMMON_PORT: `${12346 + lane * 100}`,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const add = (/** @type {Buffer} */ chunk) =>
      (output += chunk.toString('latin1').slice(0, 20_000))
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    const timer = setTimeout(() => stop(child.pid), LONGEST)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      stop(child.pid)
      resolve({ isGood: code === 0, output: `${code} ${signal}\n${output}` })
    })
  })
}

/** Ends what a test left behind. @param {number | undefined} group */
function stop(group) {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
