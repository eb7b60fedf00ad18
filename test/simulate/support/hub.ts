import { createServer, jsonLines, type ServerConnection } from 'hawser'

/** What nodes of a backplane and the hub between them say to each other. */
export type HubMessage =
  | { readonly kind: 'ping' }
  /** First on each connection. Those of a node are numbered: what an older one still brings comes too late. */
  | { readonly kind: 'hello'; readonly node: string; readonly link: number }
  | { readonly kind: 'subscribe'; readonly topic: string }
  | { readonly kind: 'unsubscribe'; readonly topic: string }
  | Published

/** A message to a topic. */
export interface Published {
  readonly kind: 'publish'
  readonly topic: string
  readonly from: string
  /** Of this node about this topic: 1 is the first. */
  readonly number: number
  /** As base64. */
  readonly body: string
}

/** A node's connection. */
interface Link {
  readonly connection: ServerConnection<HubMessage, HubMessage>
  readonly link: number
  readonly topics: Set<string>
}

/** The machine in the middle of a backplane: passes on what a node publishes to those that are subscribed. */
export async function serveHub(endpoint: string): Promise<void> {
  const links = new Map<string, Link>()
  const server = createServer<HubMessage, HubMessage>(
    { framing: jsonLines<HubMessage>(), onError: () => undefined },
    async (connection) => {
      let node: string | undefined
      for await (const message of connection) {
        if (message.kind === 'ping') await connection.send(message)
        else if (message.kind === 'hello') {
          const older = links.get(message.node)
          if (older !== undefined && older.link > message.link) break
          older?.connection.reset()
          node = message.node
          links.set(node, { connection, link: message.link, topics: new Set() })
        } else hear(links, links.get(node ?? ''), message)
      }
      if (node !== undefined && links.get(node)?.connection === connection) links.delete(node)
    },
  )
  await server.listen(endpoint)
}

function hear(
  links: ReadonlyMap<string, Link>,
  link: Link | undefined,
  message: Exclude<HubMessage, { kind: 'ping' | 'hello' }>,
): void {
  if (message.kind === 'subscribe') link?.topics.add(message.topic)
  else if (message.kind === 'unsubscribe') link?.topics.delete(message.topic)
  else {
    for (const [name, { connection, topics }] of links) {
      if (name === message.from || !topics.has(message.topic)) continue
      connection.send(message).catch(() => undefined)
    }
  }
}
