/**
 * What `npm test` and `npm run test:all` do, as data. A stage begins when the one before it has ended; the
 * steps of a stage run two at a time.
 *
 * @typedef {import('./step.mjs').Step} Step
 */

const bin = (/** @type {string} */ path) => ['node', `node_modules/${path}`]
const tsc = bin('typescript-7/bin/tsc')
const reporter = './scripts/lib/progress-reporter.mjs'

/** Everything that is compiled and checked besides the packages themselves. */
const checked = [
  'packages/hawser/test',
  'packages/cli/test',
  'packages/inspect/test',
  'packages/nats/test',
  'packages/workbench/web',
  'packages/workbench/test',
  'test',
  'test/faults',
  'test/simulate',
  'examples',
  'bench',
  'scripts',
]

/** The projects of vitest.config.ts that need no other program. */
const quick = ['pure', 'library', 'command', 'repository']
/** Real peers, programs and documents as they are run, and what takes long. */
const thorough = ['peers', 'programs', 'long']

/** @type {Step[][]} */
const checks = [
  [
    { name: 'build and types', command: [...tsc, '-b', '.', ...checked] },
    { name: 'import walls', command: ['node', 'scripts/walls.mjs'] },
    { name: 'format', command: [...bin('oxfmt/bin/oxfmt'), '--check'] },
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
  ],
]

/** @type {Step[]} */
const ofPackages = [
  {
    name: 'types under TypeScript 6',
    // Its notes go elsewhere: the other compiler would not understand them.
    command: [
      ...bin('typescript/bin/tsc'),
      '-p',
      'packages/hawser',
      '--noEmit',
      '--tsBuildInfoFile',
      'node_modules/.cache/tsc/typescript-6.tsbuildinfo',
    ],
  },
  {
    name: 'publint hawser',
    command: [...bin('publint/src/cli.js'), 'packages/hawser', '--strict'],
  },
  { name: 'publint cli', command: [...bin('publint/src/cli.js'), 'packages/cli', '--strict'] },
  {
    name: 'publint inspect',
    command: [...bin('publint/src/cli.js'), 'packages/inspect', '--strict'],
  },
  { name: 'publint nats', command: [...bin('publint/src/cli.js'), 'packages/nats', '--strict'] },
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
  {
    name: 'api docs nats',
    command: [
      ...bin('typedoc/bin/typedoc'),
      '--options',
      'packages/nats/typedoc.json',
      '--emit',
      'none',
    ],
  },
]

/** @param {string} name @param {readonly string[]} projects @param {Partial<Step>} [rest] @returns {Step} */
function tests(name, projects, rest = {}) {
  const command = [...bin('vitest/vitest.mjs'), 'run', `--reporter=${reporter}`]
  return {
    name,
    command: [...command, ...projects.map((project) => `--project=${project}`)],
    isTests: true,
    ...rest,
  }
}

/**
 * @param {object} choice
 * @param {boolean} choice.all also what `npm run test:all` adds
 * @param {string | undefined} choice.newest the Node.js that all tests without other programs run on
 *   a second time
 * @returns {Step[][]}
 */
export function listStages({ all, newest }) {
  const env = all ? { HAWSER_TEST_ALL: '1' } : {}
  const stages = [...checks, [tests('tests', quick, { env })]]
  if (!all) return stages
  stages.push(ofPackages, [tests('tests with peers and programs', thorough, { env })])
  if (newest !== undefined) {
    stages.push([tests('tests on the newest Node.js', quick, { node: newest })])
  }
  return stages
}
