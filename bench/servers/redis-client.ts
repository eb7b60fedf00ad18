import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCpu } from '../support/measured.js'
import { answerRequests } from '../control.js'

// A Redis client that asks a real redis-server, which is a process of its own.
interface Asked {
  readonly inFlight: number
  readonly requests: number
}

type Get = (key: string) => Promise<unknown>

const value = 'the value of the key'
const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
const socket = join(folder, 'redis.sock')
const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
process.on('exit', () => {
  server.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})
for await (const text of server.stdout.setEncoding('utf8')) {
  if (/[Rr]eady to accept|now ready/.test(String(text))) break
}
server.stdout.resume()

const get = await connectTo(process.argv[2] ?? '')
answerRequests({ cpu: readCpu, ask }, 0)

/** @returns how many replies came */
async function ask(argument: unknown): Promise<number> {
  const { inFlight, requests } = argument as Asked
  let left = requests
  const worker = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1
      const reply = await get('key')
      if (reply !== value) throw new Error(`the reply is ${String(reply)}`)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return requests
}

/** Each with its protocol's version 3 where it has it, and strings as replies. */
async function connectTo(kind: string): Promise<Get> {
  if (kind === 'redis') {
    const { createClient } = await import('redis')
    const client = createClient({ socket: { path: socket, tls: false }, RESP: 3 })
    await client.connect()
    await client.set('key', value)
    return (key) => client.get(key)
  }
  if (kind === 'ioredis') {
    const { Redis } = await import('ioredis')
    const client = new Redis({ path: socket })
    await client.set('key', value)
    return (key) => client.get(key)
  }
  const example = new URL('../../../examples/dist/redis/client.js', import.meta.url).href
  const { Redis } = (await import(example)) as {
    Redis: new (endpoint: string) => { get: Get; set(key: string, text: string): Promise<void> }
  }
  const client = new Redis(`unix:${socket}`)
  await client.set('key', value)
  return (key) => client.get(key)
}
