import { type Connection, type Encoder, type Framing, lines, type Server } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { until } from '../../../../../test/support/until.js'

/** Lines whose encoders count what they encode, all together. */
export function countingLines(options: { perConnection?: boolean; prefix?: string } = {}): {
  framing: Framing<string, string>
  count(): number
} {
  const { perConnection = false, prefix = '' } = options
  const real = lines()
  let count = 0
  const framing: Framing<string, string> = {
    ...real,
    perConnection,
    createEncoder: (operations): Encoder<string> => {
      const encoder = real.createEncoder(operations)
      let own = 0
      return {
        encode(message, output) {
          count += 1
          own += 1
          encoder.encode(perConnection ? `${prefix}${own} ${message}` : prefix + message, output)
        },
      }
    },
  }
  return { framing, count: () => count }
}

/** Peers, and a server's ends of their connections, in the same order. */
export async function connectMembers<In, Out>(
  server: Server<In, Out>,
  count: number,
): Promise<{ peers: ScriptedPeer[]; members: Connection<In, Out>[] }> {
  const peers: ScriptedPeer[] = []
  const before = server.connections.size
  for (let each = 1; each <= count; each += 1) {
    peers.push(await ScriptedPeer.connect(server.address()))
    await until(() => server.connections.size === before + each)
  }
  return { peers, members: [...server.connections].slice(before) }
}

export function resetAll(peers: readonly ScriptedPeer[]): void {
  for (const peer of peers) peer.reset()
}
