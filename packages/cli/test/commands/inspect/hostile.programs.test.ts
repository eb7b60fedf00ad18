import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import {
  childrenOf,
  endProcess,
  lookingIntoProcesses,
  seesProcesses,
} from '../../../../../test/support/processes.js'
import { until } from '../../../../../test/support/until.js'
import { Command, hawser } from '../../support/command.js'

const echo = fileURLToPath(new URL('support/echo.cjs', import.meta.url))

/** A shell that inspects the program that says so many lines; `$0` is Node.js, `$1` the command, `$2` the program. */
function inShell(script: string, done: string): Command {
  return new Command('bash', ['-c', script, process.execPath, hawser, echo, done])
}

it('a reader that has seen enough ends neither the program nor its exit code', async () => {
  const done = join(createFolder(), 'done')
  const script = `"$0" "$1" inspect -- "$0" "$2" 3000 "$3" 2>&1 | head -2; exit "\${PIPESTATUS[0]}"`
  const { code, stdout } = await inShell(script, done).ended
  expect(existsSync(done)).toBe(true)
  expect(code).toBe(4)
  expect(stdout.trimEnd().split('\n')).toHaveLength(2)
})

it.each([
  ['2>/dev/full', /^$/],
  ['--output /dev/full', /^hawser: \/dev\/full: ENOSPC.*nothing more is shown there\n$/],
  ['-q --log "$3.hawser"', /error the log .* has stopped after \d+ bytes: .*EFBIG.*\nseen: /],
])('a disk that is full, or as good as that, ends neither: %s', async (words, says) => {
  const done = join(createFolder(), 'done')
  const [flags, redirection] = words.startsWith('2>') ? ['', words] : [words, '']
  // No file of these processes may have more than 64 KiB.
  const script = `trap '' XFSZ; ulimit -f 64; "$0" "$1" inspect ${flags} -- "$0" "$2" 2000 "$3" ${redirection}`
  const { code, stderr } = await inShell(script, done).ended
  expect([code, existsSync(done)]).toEqual([4, true])
  expect(stderr).toMatch(says)
})

it('a closed stderr ends neither', async () => {
  const done = join(createFolder(), 'done')
  const { code } = await inShell(`"$0" "$1" inspect -- "$0" "$2" 100 "$3" 2>&-`, done).ended
  expect([code, existsSync(done)]).toEqual([4, true])
})

it.skipIf(!seesProcesses)(
  lookingIntoProcesses(
    'an inspector that is killed leaves a program that goes on, and the next one sweeps',
  ),
  async () => {
    const folder = createFolder()
    // Node.js keeps there what it compiled, from 22 on.
    const env = { TMPDIR: folder, NODE_DISABLE_COMPILE_CACHE: '1' }
    const script = `process.on('SIGUSR2', () => process.exit(0)); setInterval(() => {}, 1e6); console.log('ready', process.pid)`
    const command = Command.hawser(['inspect', '-q', '--', process.execPath, '-e', script], { env })
    const [, pid] = await command.prints(/ready (\d+)/)
    onTestFinished(() => endProcess(Number(pid)))
    expect(readdirSync(folder)).toHaveLength(1)
    command.kill('SIGKILL')
    // It has the output of the one that was killed: that ends when the program does.
    process.kill(Number(pid), 'SIGUSR2')
    await command.ended
    expect(readdirSync(folder)).toHaveLength(1)
    const next = Command.hawser(['inspect', '-q', '--', process.execPath, '-e', '0'], { env })
    expect((await next.ended).code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
    await until(() => childrenOf(Number(pid)).length === 0)
  },
)
