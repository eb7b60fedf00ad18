import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
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

/** Microseconds that all threads of the command ran: proc(5), in nanoseconds. */
function readCommandCpu(): number {
  const tasks = `/proc/${command.pid}/task`
  const times = readdirSync(tasks).map((task) => {
    try {
      return Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // A thread that has ended meanwhile.
      return 0
    }
  })
  return times.reduce((sum, time) => sum + time, 0) / 1_000
}

answerMeasurements(port ?? 0, { cpu: readCommandCpu })
