import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { isStopped, lookingIntoProcesses } from '../../../../../test/support/processes.js'
import { until } from '../../../../../test/support/until.js'
import { Command } from '../../support/command.js'

const bulk = fileURLToPath(new URL('support/bulk.cjs', import.meta.url))
/** Blocks of 16 KiB, which each end sends and gets. */
const count = 600
const bytes = count * 16_384

interface Line {
  readonly event: string
  readonly id?: number
  readonly direction?: 'in' | 'out'
  readonly size?: number
  readonly in?: number
  readonly out?: number
  readonly lost?: { readonly in: number; readonly out: number }
}

it.skipIf(process.platform !== 'linux')(
  lookingIntoProcesses(
    'an inspector that is stopped does not hold the program up, and counts what it missed once it goes on',
  ),
  async () => {
    const output = join(createFolder(), 'seen.jsonl')
    const words = ['inspect', '--json', '--output', output, '--', process.execPath, bulk]
    const command = Command.hawser([...words, String(count)])
    await command.prints(/ready/)
    command.kill('SIGSTOP')
    await until(() => isStopped(command.pid))
    command.type('go\n')
    await command.prints(/finished/)
    expect(isStopped(command.pid)).toBe(true)
    command.kill('SIGCONT')
    await until(() => readLines(output).filter(({ event }) => event === 'closed').length === 2)
    command.type('end\n')
    expect((await command.ended).code).toBe(4)
    const lines = readLines(output)
    for (const closed of lines.filter(({ event }) => event === 'closed')) {
      expect([closed.in, closed.out]).toEqual([bytes, bytes])
      const shown = lines.filter(({ event, id }) => event === 'message' && id === closed.id)
      expect(sumOf(shown, 'in') + (closed.lost?.in ?? 0)).toBe(bytes)
      expect(sumOf(shown, 'out') + (closed.lost?.out ?? 0)).toBe(bytes)
      expect(closed.lost?.in).toBeGreaterThan(0)
    }
  },
)

function sumOf(messages: readonly Line[], way: 'in' | 'out'): number {
  return messages
    .filter(({ direction }) => direction === way)
    .reduce((sum, { size = 0 }) => sum + size, 0)
}

function readLines(path: string): Line[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}
