import { parseArgs } from 'node:util'
import { majors } from './other-node.mjs'

const USAGE = `npm test [-- options]
npm run test:all [-- options]

Checks types, lint, walls and format, and runs every test that needs no other program. test:all adds
real peers (nc, curl, redis …), programs, documents, the packed packages, faults and a short bench,
then runs the tests again on the newest Node.js.

  --all          what test:all does
  --node MAJOR   everything on this Node.js (${majors.join(', ')}), installed from npm beside the project
  --help         this
`

/**
 * @typedef {object} TestArguments
 * @property {boolean} all
 * @property {string | undefined} node a major version
 */

/** @returns {TestArguments} ends the process after `--help` and after what there is not */
export function readTestArguments() {
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        node: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(USAGE)
      process.exit(0)
    }
    const { all, node } = values
    if (node === undefined || majors.includes(node)) return { all, node }
    throw new Error(`--node ${node}: there are ${majors.join(', ')}`)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}
