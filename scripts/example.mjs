// `npm run example`: lists the examples by situation. `npm run example NAME [ARGUMENTS]` installs and
// builds what is needed and runs one of them. Node's own modules only: nothing is installed yet.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findSimilar, listExamples, SITUATIONS } from './lib/examples.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [name, ...args] = process.argv.slice(2)
const groups = [...SITUATIONS].map(([folder, title]) => ({
  title,
  examples: listExamples(root, folder),
}))
const examples = groups.flatMap((group) => group.examples)
const example = examples.find((each) => each.name === name)

if (name === undefined || ['help', '--help', '-h'].includes(name)) console.log(describeAll())
else if (example === undefined) {
  console.error(describeUnknown(name))
  process.exitCode = 2
} else await run(example)

function describeAll() {
  const width = Math.max(...examples.map((each) => each.name.length))
  const lines = groups.flatMap((group) => [
    '',
    group.title,
    ...group.examples.map((each) => `  ${each.name.padEnd(width)}  ${each.summary}`),
  ])
  return [
    '`npm run example NAME` installs and builds what is needed and runs one of these.',
    'Its source, in examples/, begins with what it shows and how to try it.',
    ...lines,
  ].join('\n')
}

/** @param {string} word */
function describeUnknown(word) {
  const names = examples.map((each) => each.name)
  const similar = findSimilar(word, names)
  const advice =
    similar.length > 0
      ? `Did you mean ${similar.join(' or ')}?`
      : '`npm run example` without a name lists them.'
  return `There is no example '${word}'. ${advice}`
}

/** @param {import('./lib/examples.mjs').Example} example */
async function run({ path }) {
  prepare(['scripts/setup.mjs'])
  prepare(['node_modules/typescript-7/bin/tsc', '-b', 'examples'])
  const file = join(root, path.replace('/', '/dist/').replace(/\.ts$/, '.js'))
  // In this process, so that Ctrl-C, the terminal and the exit code are the example's own.
  process.argv.splice(1, process.argv.length, file, ...args)
  await import(pathToFileURL(file).href)
}

/** @param {string[]} command */
function prepare(command) {
  // Standard output belongs to the example.
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}
