import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { itPeer } from '../../../../../test/support/peers.js'
import { Command } from '../../support/command.js'

const run = promisify(execFile)

interface Serving {
  server: Command
  port: number
}

async function serveTls(cache: string, ...words: string[]): Promise<Serving> {
  const server = Command.hawser(['serve', '0', ...words], { env: { XDG_CACHE_HOME: cache } })
  const [, port] = await server.prints(/tls:\/\/127\.0\.0\.1:(\d+)/)
  return { server, port: Number(port) }
}

describe('hawser serve --tls', () => {
  itPeer('curl', 'answers curl, on an endpoint written tls://', async (curl) => {
    const cache = createFolder()
    const server = Command.hawser(['serve', 'tls://127.0.0.1:0', '--http-hello'], {
      env: { XDG_CACHE_HOME: cache },
    })
    const [, port] = await server.prints(/tls:\/\/127\.0\.0\.1:(\d+)/)
    const ca = join(cache, 'hawser/tls/hawser-cert.pem')
    const { stdout } = await run(curl, ['-sS', '--cacert', ca, `https://localhost:${port}/`])
    expect(stdout).toContain('Hello, you are client 1')
  })

  itPeer('nc', 'names a client that speaks no TLS', async (nc) => {
    const { server, port } = await serveTls(createFolder(), '--tls')
    const client = new Command(nc, ['127.0.0.1', String(port)])
    client.type('GET / HTTP/1.0\r\n\r\n')
    client.stdin.end()
    await server.prints(/refused 127\.0\.0\.1:\d+ tls-handshake-failed: .*what came was no TLS/)
    await client.ended
  })
})
