import { natsBackplane } from '@hawser/nats'
import { connect, createServer, lines, type Server } from 'hawser'
import { answerRequests } from '../support/answering.js'
import { Listening } from '../machines/listening.js'
import type { NodeOrder, NodeReport } from '../machines/machines-order.js'

/** One of several nodes of a chat: a client that joins its room hears what all nodes say. */
const room = 'room'
const listening = new Listening()
let server: Server<string, string> | undefined
let proxied = 0
let losses = 0
let said = 0
let nodeId = ''
let speaking: NodeJS.Timeout | undefined

async function listen({ port, nats, proxy }: NodeOrder): Promise<void> {
  const backplane = await natsBackplane({
    servers: nats,
    presence: 500,
    connection: {
      noRandomize: true,
      pingInterval: 1_000,
      maxPingOut: 2,
      reconnectTimeWait: 200,
      timeout: 2_000,
    },
  })
  nodeId = backplane.nodeId
  server = createServer(
    {
      framing: lines(),
      backplane,
      proxyProtocol: { mode: 'optional', trusted: [proxy] },
      onError: () => undefined,
    },
    {
      open(connection) {
        if (connection.proxyHeader?.command === 'proxy') proxied += 1
      },
      message(connection, line) {
        if (line === 'join') connection.join(room)
        else void connection.send('pong').catch(() => undefined)
      },
    },
  )
  server.on('backplane', ({ connected }) => {
    if (!connected) losses += 1
  })
  await server.listen(`tcp://0.0.0.0:${port}`)
  const own = await connect<string, string>(`tcp://127.0.0.1:${port}`, { framing: lines() })
  await own.send('join')
  void hear(own)
}

async function hear(messages: AsyncIterable<string>): Promise<void> {
  for await (const line of messages) listening.take(line)
}

function speak(): void {
  said += 1
  server?.to(room).send(`${nodeId} ${said}`)
}

async function report(): Promise<NodeReport> {
  const { connected = false, nodes = 0, missed = 0, lost = 0 } = server?.info().backplane ?? {}
  const count = await server
    ?.to(room)
    .count({ timeout: 2_000 })
    .catch(() => undefined)
  const members = count === undefined || count.silent.length > 0 ? -1 : count.members
  const { all: heard } = listening
  return { nodeId, connected, nodes, missed, lost, losses, proxied, said, heard, members }
}

answerRequests({
  listen,
  speak(every: number) {
    speaking = setInterval(speak, every)
  },
  hush: () => clearInterval(speaking),
  /** So that each gap before it is known. */
  last: speak,
  report,
})
