import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** No step may hang a machine that nobody watches. */
const LIMIT = 600_000

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command `node` in front means the Node that runs this script
 * @property {boolean} [streams] show its output while it runs, not only if it fails
 *
 * @typedef {object} Outcome
 * @property {string} name
 * @property {boolean} ok
 * @property {number} ms how long it took
 */

/**
 * Runs one check and says how it went, with its output if it failed.
 *
 * @param {Step} step
 * @returns {Promise<Outcome>}
 */
export async function runStep({ name, command, streams = false }) {
  const started = performance.now()
  const { code, output } = await capture(command, streams)
  const ms = performance.now() - started
  const ok = code === 0
  if (!ok && !streams) process.stdout.write(`\n--- ${name}\n${output.trimEnd()}\n`)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`)
  return { name, ok, ms }
}

/**
 * @param {string[]} command
 * @param {boolean} streams
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function capture([file = 'node', ...args], streams) {
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const chunks = []
    const child = spawn(file === 'node' ? process.execPath : file, args, {
      cwd: root,
      stdio: ['ignore', streams ? 'inherit' : 'pipe', streams ? 'inherit' : 'pipe'],
    })
    const finish = (/** @type {number | null} */ code) => {
      clearTimeout(timer)
      resolve({ code, output: Buffer.concat(chunks).toString() })
    }
    const timer = setTimeout(() => {
      console.log(`stopped after ${LIMIT / 60_000} minutes: ${file} ${args.join(' ')}`)
      child.kill()
    }, LIMIT)
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${file} did not start: ${error.message}\n`))
      finish(1)
    })
    child.once('close', finish)
  })
}
