import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createServer, lines, type TlsServerOptions } from 'hawser'
import { serveHawser } from './server.js'

// Lines on two ports: plain on the first, TLS on the second. `iteration` takes them in a loop.
const options = { framing: lines(), backlog: 4096, tls: await createIdentity() }
const server =
  process.argv[2] === 'iteration'
    ? createServer(options, async (connection) => {
        for await (const line of connection) await connection.send(line.toUpperCase())
      })
    : createServer(options, {
        message(connection, line) {
          void connection.send(line.toUpperCase())
        },
      })
await server.listen(['tcp://127.0.0.1:0', 'tls://127.0.0.1:0'])
const [plain, secure] = server.addresses()
if (typeof plain !== 'object' || typeof secure !== 'object') throw new Error('not listening on TCP')
await serveHawser(server, { tlsPort: () => secure.port })

/** The certificate that `hawser cert` makes. */
async function createIdentity(): Promise<TlsServerOptions> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-bench-certificate-'))
  const command = fileURLToPath(new URL('../../../../packages/cli/bin/hawser.js', import.meta.url))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      command,
      'cert',
      '--out',
      folder,
      '--json',
    ])
    const { certificate, key } = JSON.parse(stdout) as { certificate: string; key: string }
    return { cert: await readFile(certificate), key: await readFile(key) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
