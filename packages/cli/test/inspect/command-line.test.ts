import { CommanderError } from 'commander'
import { expect, it } from 'vitest'
import { splitWords } from '../../src/arguments/behind-dashes.js'
import { explainUsage } from '../../src/arguments/usage.js'
import type { InspectOptions } from '../../src/inspect/options.js'
import { createProgram } from '../../src/program.js'

/** What `hawser inspect` and `hawser record` are asked for; undefined where that is something else. */
async function parse(...words: string[]): Promise<InspectOptions | undefined> {
  const found: InspectOptions[] = []
  const { own, behind } = splitWords(words)
  const ignore = (): Promise<void> => Promise.resolve()
  const program = createProgram(
    '1.2.3',
    {
      ...{ serve: ignore, connect: ignore, proxy: ignore, replay: ignore },
      ...{ cert: ignore, log: ignore, workbench: ignore, run: ignore },
      inspect: async (options) => void found.push(options),
    },
    behind,
  )
  try {
    await program.parseAsync(own, { from: 'user' })
  } catch (error) {
    throw error instanceof CommanderError ? explainUsage(error, words) : error
  }
  return found[0]
}

const plain = {
  target: { kind: 'command', command: ['node', 'app.js', '--json', '--', 'x'] },
  ...{ http2: false, only: undefined },
  ...{ grep: undefined, json: false, hex: false, mask: undefined, log: undefined },
  ...{ output: undefined, quiet: false },
}

it('what stands behind -- is the command, with options of its own', async () => {
  expect(await parse('inspect', '--', 'node', 'app.js', '--json', '--', 'x')).toEqual(plain)
  expect(await parse('inspect', 'node', 'app.js')).toMatchObject({
    target: { command: ['node', 'app.js'] },
  })
})

it('what is shown, and where, is asked for in front of it', async () => {
  const what = ['--only', 'port=1,pid=2', '--only', 'host=a', '--grep', 'a+', '--http2', '--json']
  const where = ['--hex', '--log', 'a.hawser', '--output', 'b', '-q', '--mask', 'a']
  expect(await parse('inspect', ...what, ...where, '--', 'node')).toEqual({
    target: { kind: 'command', command: ['node'] },
    http2: true,
    only: [{ port: '1', pid: '2' }, { host: 'a' }],
    grep: /a+/,
    ...{ json: true, hex: true, quiet: true, mask: ['a'], log: 'a.hawser', output: 'b' },
  })
})

it('a process that runs already is watched instead', async () => {
  expect(await parse('inspect', '--pid', '4711')).toMatchObject({
    target: { kind: 'process', pid: 4711, isSure: false },
  })
  expect(await parse('inspect', '--pid', '4711', '--yes')).toMatchObject({
    target: { isSure: true },
  })
})

it('hawser record with a command writes the log alone', async () => {
  expect(await parse('record', '-o', 'a.hawser', '--', 'node', 'app.js')).toEqual({
    ...plain,
    target: { kind: 'command', command: ['node', 'app.js'] },
    log: 'a.hawser',
    quiet: true,
  })
  expect(await parse('record', '1', '2', '-o', 'a.hawser')).toBeUndefined()
})

it.each([
  [['inspect'], /there is nothing to watch: write hawser inspect -- node app.js/],
  [['inspect', '--'], /there is nothing to watch/],
  [['inspect', '--pid', '1', '--', 'node'], /--pid and a command do not go together/],
  [['inspect', '--pid', '0'], /--pid is 0/],
  [['inspect', 'node', '--port'], /unknown option --port: see hawser inspect --help/],
  [['inspect', '--grep', 'a*', '--', 'node'], /--grep "a\*" matches nothing as well: write \+/],
  [['inspect', '--grep', '(', '--', 'node'], /--grep is no regular expression/],
  [['record', '-o', 'f'], /there is no place to listen at: write hawser record LISTEN TARGET/],
  [['record', '-o', 'f', '1'], /there is no target/],
  [['record', '-o', 'f', '1', '--', 'node'], /1 and a command do not go together/],
  [['record', '-o', 'f', '--idle', '1s', '--', 'node'], /--idle is not for a command/],
  [['record', '--', 'node'], /required option -o, --output <file> not specified/],
])('%j says what is wrong and what to do', async (words, message) => {
  await expect(parse(...words)).rejects.toThrow(message)
})
