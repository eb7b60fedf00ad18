import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import { connect, createServer, lines } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { createFolder } from './support/folders.js'
import { readDocument } from './support/markdown.js'
import { itPeer } from './support/peers.js'

const guide = readDocument('docs/many-machines.md')
const config = guide.blocks.find(({ language }) => language === 'haproxy')?.text ?? ''

/** A node as the guide has it, which says who it is. */
interface Node {
  readonly port: number
  /** Where it says whether it is ready. */
  readonly page: number
  /** End in order, once HAProxy has heard of it. */
  leave(heard: () => Promise<void>): Promise<void>
}

async function startNode(name: string, port: number, page: number): Promise<Node> {
  const server = createServer(
    { framing: lines(), proxyProtocol: { mode: 'require', trusted: ['127.0.0.1'] } },
    { open: (connection) => connection.send(name), message: () => undefined },
  )
  await server.listen(`tcp://127.0.0.1:${port}`)
  const address = server.address() as { port: number }
  let isLeaving = false
  const pages = createHttpServer((_request, response) => {
    response.writeHead(isLeaving ? 404 : 200).end()
  }).listen(page, '127.0.0.1')
  await once(pages, 'listening')
  const { port: chosen } = pages.address() as { port: number }
  const leave = async (heard: () => Promise<void>): Promise<void> => {
    isLeaving = true
    await heard()
    await server.close({ drain: 1_000 })
    pages.close()
    pages.closeAllConnections()
  }
  onTestFinished(() => leave(() => Promise.resolve()))
  return { port: address.port, page: chosen, leave }
}

/** HAProxy with the guide's configuration, in front of these. */
async function startProxy(program: string, [one, two]: readonly [Node, Node]): Promise<number> {
  const socket = createNetServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as { port: number }
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle
  const text = config
    .replace('10.0.0.10:8000', 'fd@3')
    .replace('10.0.0.1:8000 port 9464', `127.0.0.1:${one.port} port ${one.page}`)
    .replace('10.0.0.2:8000 port 9464', `127.0.0.1:${two.port} port ${two.page}`)
    .replace('inter 1s', 'inter 50ms')
    // Left unset, a check may take no longer than `inter`, and a node on a busy machine is late.
    .replace('timeout connect 2s', 'timeout connect 2s\n  timeout check 60s')
  const file = join(createFolder({ 'haproxy.cfg': `${text}\n` }), 'haproxy.cfg')
  const child = spawn(program, ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'ignore', fd] })
  socket.close()
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return port
}

/** Who serves a new client. */
async function whoServes(port: number): Promise<string> {
  const client = await connect<string, string>(`tcp://127.0.0.1:${port}`, { framing: lines() })
  try {
    for await (const line of client) return line
    return 'no node'
  } catch (error) {
    return String(error)
  } finally {
    client.reset()
  }
}

it('the guide has a configuration with two nodes', () => {
  expect(config).toContain('10.0.0.10:8000')
  expect(config.match(/^ {2}server /gm)).toHaveLength(2)
})

itPeer('haproxy', 'each node is restarted, and no client is refused', async (program) => {
  const nodes = [await startNode('one', 0, 0), await startNode('two', 0, 0)] as const
  const port = await startProxy(program, nodes)
  const served: string[] = []
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  const callers = Array.from({ length: 4 }, async () => {
    while (!isOver) served.push(await whoServes(port))
  })
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds() && !served.includes('no node')) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const recent = (): readonly string[] => served.slice(-40)
  await until(() => recent().includes('one') && recent().includes('two'))
  for (const [index, name] of ['one', 'two'].entries()) {
    const node = nodes[index] as Node
    await node.leave(() => until(() => served.length > 40 && !recent().includes(name)))
    await startNode(`again ${name}`, node.port, node.page)
    await until(() => recent().includes(`again ${name}`))
  }
  isOver = true
  await Promise.all(callers)
  expect([...new Set(served)].toSorted()).toEqual(['again one', 'again two', 'one', 'two'])
})
