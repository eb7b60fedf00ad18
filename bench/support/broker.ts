import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const settings = {
  'nats-server': (port: string) => ['-a', '127.0.0.1', '-p', port],
  'redis-server': (port: string) => ['--bind', '127.0.0.1', '--port', port, '--save', ''],
}

/** Start what carries messages from node to node, until this process ends; fulfils with `host:port` once it listens. */
export async function startBroker(program: keyof typeof settings): Promise<string> {
  const port = await findPort()
  const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-broker-'))
  const broker = spawn(program, settings[program](`${port}`), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Where Debian puts it.
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
  })
  process.on('exit', () => {
    broker.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await new Promise<void>((resolve, reject) => {
    let printed = ''
    const read = (text: string): void => {
      printed += text
      if (/Server is ready|Ready to accept connections/.test(printed)) resolve()
    }
    broker.stdout.setEncoding('utf8').on('data', read)
    broker.stderr.setEncoding('utf8').on('data', read)
    broker.on('error', reject)
    broker.on('exit', () => reject(new Error(`${program} ended: ${printed}`)))
  })
  return `127.0.0.1:${port}`
}

function findPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
