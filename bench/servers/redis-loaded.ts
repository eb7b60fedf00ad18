import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { answerRequests } from '../control.js'

// A Redis server on one core, loaded by redis-benchmark on another. The server's processor time is read
// from the operating system, since one of them is not ours to ask.
const run = promisify(execFile)
const [kind = ''] = process.argv.slice(2)
const ticksPerSecond = 100

/** What redis-benchmark is asked to do. */
interface Load {
  readonly pipeline: number
  readonly requests: number
}

const port = await freePort()
const [program, ...args] = commandFor(port)
const server = spawn('taskset', ['-c', '0', program, ...args], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
process.on('exit', () => server.kill('SIGKILL'))
const actualPort = await whenReady()
answerRequests({ cpu: readCpu, load }, actualPort)

function commandFor(free: number): readonly [string, ...string[]] {
  const example = fileURLToPath(new URL('../../../examples/dist/redis/main.js', import.meta.url))
  const byHand = fileURLToPath(new URL('node/redis.js', import.meta.url))
  if (kind === 'hawser') return [process.execPath, example, `tcp://127.0.0.1:${free}`]
  if (kind === 'net') return [process.execPath, byHand]
  return [
    'redis-server',
    '--port',
    `${free}`,
    '--save',
    '',
    '--appendonly',
    'no',
    '--bind',
    '127.0.0.1',
  ]
}

/** The port, once something was printed that says that it listens. */
async function whenReady(): Promise<number> {
  let printed = ''
  for await (const text of server.stdout.setEncoding('utf8')) {
    printed += String(text)
    if (kind === 'net') {
      const [, value] = /"value":(\d+)/.exec(printed) ?? []
      if (value !== undefined) return Number(value)
    } else if (/listening on|Ready to accept/.test(printed)) return port
  }
  throw new Error(`the ${kind} server ended: ${printed}`)
}

/** Microseconds of processor time. The shell in front has become the server (exec). */
function readCpu(): number {
  const [, after = ''] = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')
  const fields = after.split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6
}

/** @returns replies a second to GET and to SET */
async function load(argument: unknown): Promise<{ get: number; set: number }> {
  const { pipeline, requests } = argument as Load
  const options = ['-p', `${actualPort}`, '-c', '50', '-P', `${pipeline}`, '-n', `${requests}`]
  const { stdout } = await run('taskset', [
    '-c',
    '1',
    'redis-benchmark',
    ...options,
    '--csv',
    '-t',
    'set,get',
  ])
  const rateOf = (test: string): number =>
    Number(new RegExp(`"${test}","([\\d.]+)"`).exec(stdout)?.[1] ?? Number.NaN)
  return { get: rateOf('GET'), set: rateOf('SET') }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo
      probe.close(() => resolve(free))
    })
  })
}
