// `npm test`: every check there is, each reported as one step, and a count as the last line.
// Steps run two at a time; the unit tests run alone, for they talk to real sockets.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStep } from './lib/step.mjs'
import { readVitestReport } from './lib/vitest-report.mjs'

const scratch = mkdtempSync(join(tmpdir(), 'hawser-test-'))
const report = join(scratch, 'vitest.json')
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

const bin = (/** @type {string} */ path) => ['node', `node_modules/${path}`]
const tsc = bin('typescript/bin/tsc')
const checked = [
  'packages/hawser/test',
  'packages/cli/test',
  'test',
  'test/faults',
  'examples',
  'bench',
  'scripts',
]

/** @type {import('./lib/step.mjs').Step[][]} */
const stages = [
  [
    { name: 'build and types', command: [...tsc, '-b', '.', ...checked] },
    { name: 'format', command: [...bin('oxfmt/bin/oxfmt'), '--check'] },
    { name: 'import walls', command: ['node', 'scripts/walls.mjs'] },
    { name: 'pure folders', command: [...tsc, '-p', 'packages/hawser/tsconfig.pure.json'] },
  ],
  [
    {
      name: 'lint',
      command: [
        ...bin('oxlint/bin/oxlint'),
        '--type-aware',
        '--deny-warnings',
        '--report-unused-disable-directives',
      ],
    },
    {
      name: 'types under TypeScript 7',
      // Its notes go elsewhere: the other compiler would not understand them.
      command: [
        ...bin('typescript-7/bin/tsc'),
        '-p',
        'packages/hawser',
        '--noEmit',
        '--tsBuildInfoFile',
        'node_modules/.cache/tsc/typescript-7.tsbuildinfo',
      ],
    },
    {
      name: 'publint hawser',
      command: [...bin('publint/src/cli.js'), 'packages/hawser', '--strict'],
    },
    { name: 'publint cli', command: [...bin('publint/src/cli.js'), 'packages/cli', '--strict'] },
    {
      name: 'attw hawser',
      command: [
        ...bin('@arethetypeswrong/cli/dist/index.js'),
        '--pack',
        'packages/hawser',
        '--profile',
        'esm-only',
      ],
    },
    { name: 'packed library', command: ['node', 'scripts/runtimes.mjs', '--this'] },
    { name: 'api docs', command: [...bin('typedoc/bin/typedoc'), '--emit', 'none'] },
  ],
  [
    {
      name: 'tests',
      command: [
        ...bin('vitest/vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ],
      streams: true,
    },
  ],
]

/** @type {import('./lib/step.mjs').Outcome[]} */
const outcomes = []
for (const stage of stages) {
  const waiting = [...stage]
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift())
      outcomes.push(await runStep(step))
  }
  await Promise.all([work(), work()])
}

summarize()

function summarize() {
  const tests = readVitestReport(() => readFileSync(report, 'utf8'))
  const steps = outcomes.filter(({ name }) => name !== 'tests')
  const runner = outcomes.find(({ name }) => name === 'tests')
  const broken = steps.filter(({ ok }) => !ok)
  const problems = [...broken.map(({ name }) => `step failed: ${name}`), ...tests.failures]
  // Whatever stops the runner without failing a test is a failure of its own.
  let unexplained = 0
  if (tests.passed + tests.failed === 0) {
    problems.push('no test ran')
    unexplained = 1
  } else if (!runner?.ok && tests.failed === 0) {
    problems.push('the test runner failed although no test did; its output says why')
    unexplained = 1
  }

  console.log('')
  for (const name of tests.skips) console.log(`SKIPPED ${name}`)
  for (const line of problems) console.log(`FAILED ${line}`)
  for (const { name, ok, ms } of outcomes) {
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`)
  }
  const passed = tests.passed + steps.length - broken.length
  const failed = tests.failed + broken.length + unexplained
  process.exitCode = failed === 0 ? 0 : 1
  console.log(`${passed} passed, ${failed} failed, ${tests.skips.length} skipped`)
}
