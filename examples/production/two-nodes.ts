// A chat over two nodes, as on two machines, joined by NATS.
//
//   npm run example two-nodes [NATS [PORT PORT]]
//
// Talk to one with `nc 127.0.0.1 8000` and to the other with `nc 127.0.0.1 8001`: what is said at one is
// heard at both. Without the address of a NATS server it starts one (Debian: apt install nats-server).
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createServer, formatEndpoint, lines } from 'hawser'
import { natsBackplane } from '@hawser/nats'

const usual = '127.0.0.1:4222'
const [address, ...ports] = process.argv.slice(2)
if (process.send !== undefined) serve(address ?? usual, Number(ports[0])).catch(giveUp)
else await startAll(ports.length === 0 ? ['8000', '8001'] : ports)

/** A node: on another machine it would be the same program. */
async function serve(servers: string, port: number): Promise<void> {
  const backplane = await natsBackplane({ servers })
  const server = createServer(
    { framing: lines(), backplane },
    {
      async open(connection) {
        connection.join('lobby')
        const { members } = await server.to('lobby').count({ timeout: 500 })
        await connection.send(`you are one of ${members}`)
      },
      message(connection, line) {
        server.to('lobby').send(`${connection.id} at ${where}> ${line}`, { except: connection })
      },
    },
  )
  server.on('backplane', ({ connected }) => {
    console.log(`${where}: NATS is ${connected ? 'back' : 'away'}`)
  })
  await server.listen(`tcp://127.0.0.1:${port}`)
  const where = formatEndpoint(server.address() ?? '')
  console.log(`a node listens on ${where}`)
  process.once('SIGINT', () => void server.close())
  process.once('disconnect', () => void server.close())
}

async function startAll(chosen: readonly string[]): Promise<void> {
  const own = address === undefined ? await startNats() : undefined
  const nodes = chosen.map((port) => fork(process.argv[1] ?? '', [address ?? usual, port]))
  const stop = (): void => {
    for (const node of nodes) if (node.connected) node.disconnect()
  }
  // Ctrl-C, `kill`, and a terminal that is closed: whatever ends it, the NATS server ends as well.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  for (const node of nodes) {
    node.once('exit', (code) => {
      // One that cannot do its work ends the other.
      if (code !== 0) process.exitCode = 1
      stop()
    })
  }
  await Promise.all(nodes.map((node) => new Promise((resolve) => node.once('exit', resolve))))
  own?.kill()
}

function giveUp(error: unknown): never {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

/** Fulfils when it takes connections. */
function startNats(): Promise<ChildProcess> {
  const [host = '', port = ''] = usual.split(':')
  // In a group of its own: Ctrl-C ends it last.
  const server = spawn('nats-server', ['-a', host, '-p', port], { detached: true })
  return new Promise((resolve) => {
    server.once('error', () => {
      console.error('there is no nats-server: install it, or pass the address of one')
      process.exit(1)
    })
    server.once('exit', (code) => {
      console.error(`nats-server ended with code ${code}: does one run already? Then pass ${usual}`)
      process.exit(1)
    })
    server.stderr.on('data', (text: Buffer) => {
      if (!text.includes('Server is ready')) return
      server.removeAllListeners('exit')
      resolve(server)
    })
  })
}
