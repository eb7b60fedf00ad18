// `npm test` and `npm run test:all`: every step is named when it begins, and the last line is a count.
// When it is stopped, it still says what passed, what failed and what was running.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { installNode, majors, versionOf } from './lib/other-node.mjs'
import { runStep, stopSteps } from './lib/step.mjs'
import { readTestArguments } from './lib/test-arguments.mjs'
import { listStages } from './lib/test-steps.mjs'
import { summarize } from './lib/test-summary.mjs'

const { all, node } = readTestArguments()
if (node !== undefined) await goOnWith(node)

let isStopped = false
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    isStopped = true
    stopSteps()
  })
}

const newestMajor = majors.at(-1) ?? ''
const isNewest = process.versions.node.startsWith(`${newestMajor}.`)
const newest = all && !isNewest ? installNode(newestMajor) : undefined
const stages = listStages({ all, newest })
console.log(`on Node.js ${process.versions.node}: ${stages.flat().length} steps`)

/** @type {import('./lib/step.mjs').Outcome[]} */
const outcomes = []
const waiting = stages.flat()
for (const stage of stages) {
  const steps = [...stage]
  const work = async () => {
    for (let step = steps.shift(); step && !isStopped; step = steps.shift()) {
      waiting.splice(waiting.indexOf(step), 1)
      outcomes.push(await runStep(step))
    }
  }
  await Promise.all([work(), work()])
}

const { lines, failed } = summarize(
  outcomes,
  waiting.map(({ name }) => name),
)
if (all && !isNewest && newest === undefined) {
  lines.splice(1, 0, `SKIPPED the tests on Node.js ${newestMajor}: npm has none for this machine`)
}
console.log(lines.join('\n'))
process.exitCode = failed === 0 ? 0 : 1

/** @param {string} major */
async function goOnWith(major) {
  if (process.versions.node.startsWith(`${major}.`)) return
  const binary = installNode(major)
  if (binary === undefined) {
    console.error(`npm has no Node.js ${major} for ${process.platform} ${process.arch}`)
    process.exit(2)
  }
  console.log(`going on with Node.js ${versionOf(binary)}`)
  const args = [process.argv[1] ?? '', ...(all ? ['--all'] : [])]
  const child = spawn(binary, args, { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => child.kill(signal))
  }
  const code = await new Promise((resolve) => child.once('close', resolve))
  process.exit(code ?? 1)
}
