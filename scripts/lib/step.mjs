import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readJournal } from './test-journal.mjs'

/**
 * A step that says nothing for so long is stuck. What is merely slow goes on saying how far it is, so a
 * busy machine gets the time that it needs.
 */
const SILENCE = 15 * 60_000

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command `node` in front means the Node.js that runs this script, or `node`
 * @property {string} [node] another Node.js
 * @property {Record<string, string>} [env] added to the environment
 * @property {boolean} [isTests] it runs vitest, shows its output as it comes, and keeps a journal
 *
 * @typedef {object} Outcome
 * @property {string} name
 * @property {boolean} ok
 * @property {number} ms how long it took
 * @property {import('./test-journal.mjs').Journal | undefined} journal of a step that runs tests
 * @property {string | undefined} cut why it was not allowed to end
 */

/** What does not end when it is asked to is killed so much later. */
const GRACE = 10_000

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** End what is running; `runStep` then returns. */
export function stopSteps() {
  for (const child of running) stop(child)
}

/** @param {import('node:child_process').ChildProcess} child */
function stop(child) {
  child.kill()
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE)
  child.once('close', () => clearTimeout(timer))
}

/**
 * Runs one check and says how it went, with its output if it failed.
 *
 * @param {Step} step
 * @returns {Promise<Outcome>}
 */
export async function runStep(step) {
  const started = performance.now()
  const scratch = mkdtempSync(join(tmpdir(), 'hawser-step-'))
  const journalPath = join(scratch, 'journal')
  console.log(`     ${step.name} …`)
  try {
    const { code, output, cut } = await capture(step, journalPath)
    const ms = performance.now() - started
    const ok = code === 0 && cut === undefined
    if (!ok && !step.isTests) process.stdout.write(`\n--- ${step.name}\n${output.trimEnd()}\n`)
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${step.name} (${(ms / 1000).toFixed(1)} s)`)
    const journal = step.isTests ? readJournal(journalPath) : undefined
    return { name: step.name, ok, ms, journal, cut }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * @param {Step} step
 * @param {string} journal
 * @returns {Promise<{ code: number | null, output: string, cut: string | undefined }>}
 */
function capture({ command: [file = 'node', ...args], node, env, isTests = false }, journal) {
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const chunks = []
    /** @type {string | undefined} */
    let cut
    const child = spawn(file === 'node' ? (node ?? process.execPath) : file, args, {
      cwd: root,
      env: { ...process.env, ...env, HAWSER_TEST_JOURNAL: journal },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    const silence = setTimeout(() => {
      cut = `stopped: it said nothing for ${SILENCE / 60_000} minutes`
      stop(child)
    }, SILENCE)
    const said = (/** @type {Buffer} */ chunk) => {
      silence.refresh()
      if (isTests) process.stdout.write(chunk)
      else chunks.push(chunk)
    }
    const finish = (/** @type {number | null} */ code) => {
      clearTimeout(silence)
      running.delete(child)
      resolve({ code, output: Buffer.concat(chunks).toString(), cut })
    }
    child.stdout.on('data', said)
    child.stderr.on('data', said)
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${file} did not start: ${error.message}\n`))
      finish(1)
    })
    child.once('close', finish)
  })
}
