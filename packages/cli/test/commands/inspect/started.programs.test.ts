import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command, hawser } from '../../support/command.js'

const talk = `
const server = net.createServer((socket) => socket.pipe(socket))
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1')
  client.on('data', (bytes) => console.log(String(bytes), process.execArgv.join(), globalThis.before))
  client.on('close', () => server.close())
  client.end('hello')
})
`
const files = {
  'talk.cjs': `const net = require('node:net')\n${talk}`,
  'talk.mjs': `import net from 'node:net'\n${talk}`,
  'before.cjs': `globalThis.before = 'required'`,
  'before.mjs': `globalThis.before = 'imported'`,
  'loader.mjs': `export const load = (url, context, next) => next(url, context)`,
  'children.cjs': `
const { spawnSync } = require('node:child_process')
const talk = (options) => console.log(String(spawnSync(process.execPath, ['talk.cjs'], options).stdout))
talk()
talk({ env: {} })
process.env.NODE_OPTIONS = '--no-warnings'
talk()
delete process.env.NODE_OPTIONS
talk()
for (const name of Object.keys(process.env)) delete process.env[name]
talk()
`,
  'package.json': `{ "scripts": { "talk": "node talk.cjs && node talk.mjs" } }`,
}
/** How a program is started, its own NODE_OPTIONS, and how many connections of it are seen. */
const ways: [words: string, options: string, connections?: number][] = [
  ['node talk.mjs', ''],
  ['node --require ./before.cjs talk.cjs', ''],
  ['node -r ./before.cjs talk.mjs', ''],
  ['node --import ./before.mjs talk.cjs', ''],
  ['node --no-warnings --experimental-loader ./loader.mjs talk.mjs', ''],
  ['node --disallow-code-generation-from-strings talk.cjs', ''],
  ['node --no-warnings --frozen-intrinsics talk.cjs', ''],
  ['node --throw-deprecation --pending-deprecation talk.mjs', ''],
  ['node --jitless --no-addons talk.cjs', ''],
  ['node - < talk.cjs', ''],
  ['node --nonsense talk.cjs', '', 0],
  ['node missing.cjs', '', 0],
  ["node -e 'a syntax error'", '', 0],
  ['node talk.cjs', '--require="FOLDER/before.cjs"'],
  ['node talk.cjs', '--no-warnings -r "FOLDER/before.cjs"'],
  ['node talk.mjs', '--import ./before.mjs --max-old-space-size=300'],
  // Its child with an environment of its own has no tap, nor have those behind it.
  ['node children.cjs', '', 2],
  ['npm run --silent talk', '', 4],
]

it.each(ways)(
  '%s does the same when it is inspected; NODE_OPTIONS: %s',
  async (words, options, connections = 2) => {
    const folder = join(createFolder(within('a b')), 'a b')
    const env = {
      NODE_OPTIONS: options.replace('FOLDER', folder),
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    }
    const run = async (line: string) => {
      const command = new Command('bash', ['-c', `cd "$0" && ${line}`, folder], { env })
      const { code, stdout, stderr } = await command.ended
      return { code, stdout, stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)') }
    }
    const bare = await run(words)
    const inspected = await run(`node ${hawser} inspect -q --output seen.txt -- ${words}`)
    expect(inspected).toEqual(bare)
    const seen = readFileSync(join(folder, 'seen.txt'), 'utf8')
    expect(seen).toContain(`seen: ${connections} connections of `)
  },
)

function within(folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [join(folder, name), text]))
}
