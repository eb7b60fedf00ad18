import { type Client, createClient, lines } from 'hawser'
import { answerRequests } from '../support/answering.js'
import { Listening } from '../machines/listening.js'
import type { ClientReport, ClientsOrder } from '../machines/machines-order.js'

/** Clients that stay in the room, whichever node they reach. */
interface Member {
  readonly client: Client<string, string>
  readonly listening: Listening
  connections: number
  isConnected: boolean
}

const members: Member[] = []

function begin({ endpoints, count }: ClientsOrder): void {
  for (let index = 0; index < count; index += 1) members.push(join(endpoints))
}

function join(endpoints: readonly string[]): Member {
  const listening = new Listening()
  const client = createClient<string, string>(endpoints, {
    framing: lines(),
    order: 'random',
    connectTimeout: 2_000,
    backoff: { initial: 100, max: 1_000 },
    heartbeat: { every: 500, ping: 'ping' },
    correlate: { isPush: (line: string) => line !== 'pong' },
    onConnect: async ({ connection }) => {
      member.connections += 1
      await connection.send('join')
    },
  })
  const member: Member = { client, listening, connections: 0, isConnected: false }
  client.on('connected', () => {
    member.isConnected = true
    listening.moved()
  })
  client.on('disconnected', () => (member.isConnected = false))
  void hear(member)
  return member
}

async function hear({ client, listening }: Member): Promise<void> {
  for await (const line of client) listening.take(line)
}

answerRequests({
  begin,
  report: (): ClientReport[] =>
    members.map(({ listening, connections, isConnected }) => ({
      isConnected,
      connections,
      heard: listening.all,
    })),
})
