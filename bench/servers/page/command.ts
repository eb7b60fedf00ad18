import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { answerMeasurements } from '../../support/measured.js'
import { follow } from './follow.js'

// `hawser serve` as a process of its own, with a page or without one. What it shows is read and forgotten.
const kind = process.argv[2] as 'plain' | 'closed' | 'following'
const hawser = fileURLToPath(new URL('../../../../packages/cli/bin/hawser.js', import.meta.url))
const words = ['serve', '0', '--echo', ...(kind === 'plain' ? [] : ['--page=0'])]
const command = spawn(process.execPath, [hawser, ...words], { stdio: ['pipe', 'pipe', 'inherit'] })
process.on('exit', () => void command.kill())

let port: number | undefined
let link: string | undefined
const lines = createInterface({ input: command.stdout })
for await (const line of lines) {
  port ??= Number(/listening on tcp:\/\/\S*:(\d+)/.exec(line)?.[1] ?? Number.NaN) || undefined
  link ??= /page on (\S+)/.exec(line)?.[1]
  if (port !== undefined && (kind === 'plain' || link !== undefined)) break
}
command.stdout.resume()
if (kind === 'following' && link !== undefined) await follow(link)

/** proc(5): fields 14 and 15, in hundredths of a second. */
function readCommandCpu(): number {
  const text = readFileSync(`/proc/${command.pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

answerMeasurements(port ?? 0, { cpu: readCommandCpu })
