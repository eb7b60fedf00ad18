import { natsBackplane } from '@hawser/nats'
import { connect as connectNats } from '@nats-io/transport-node'
import { connect, createServer, lines } from 'hawser'

/** What publishes messages of 64 bytes. */
export interface Sender {
  /** Publish so many in one turn; fulfils when the NATS server has them. */
  publish(count: number, text: string): Promise<unknown>
}

/** Which pair of ends: the NATS client alone, nodes of a backplane, or whole servers. */
export type Kind = 'bare' | 'node' | 'server'

const benchTopic = 'bench'
/** What a node calls that topic at the NATS server. The bare client uses it as well: it is read letter by letter. */
const subject = `hawser.t.${Buffer.from(benchTopic).toString('base64url')}`

/** The end that sends. */
export async function openSender(kind: Kind, servers: string): Promise<Sender> {
  if (kind === 'bare') {
    const nats = await connectNats({ servers, noEcho: true, noAsyncTraces: true })
    return {
      publish(count, text) {
        for (let sent = 0; sent < count; sent += 1) nats.publish(subject, Buffer.from(text))
        return nats.flush()
      },
    }
  }
  const backplane = await natsBackplane({ servers })
  if (kind === 'node') {
    backplane.open(deaf)
    return {
      async publish(count, text) {
        let last: void | Promise<void> = undefined
        for (let sent = 0; sent < count; sent += 1) {
          last = backplane.publish(benchTopic, Buffer.from(text))
        }
        await last
      },
    }
  }
  const publish = backplane.publish.bind(backplane)
  let last: void | Promise<void>
  backplane.publish = (topic, message) => (last = publish(topic, message))
  const server = createServer({ framing: lines(), backplane })
  return {
    async publish(count, text) {
      const group = server.to(benchTopic)
      for (let sent = 0; sent < count; sent += 1) group.send(text)
      await last
    },
  }
}

/**
 * The end that receives.
 *
 * @param heard called with each message
 */
export async function openReceiver(
  kind: Kind,
  servers: string,
  heard: (message: Uint8Array | string) => void,
): Promise<void> {
  if (kind === 'bare') {
    const nats = await connectNats({ servers, noEcho: true, noAsyncTraces: true })
    nats.subscribe(subject, { callback: (_error, { data }) => heard(data) })
    await nats.flush()
    return
  }
  const backplane = await natsBackplane({ servers })
  if (kind === 'node') {
    backplane.open({ ...deaf, message: (_topic, message) => heard(message) })
    await backplane.subscribe(benchTopic)
    return
  }
  const server = createServer(
    { framing: lines(), backplane },
    { open: (connection) => connection.join(benchTopic), message: () => undefined },
  )
  await server.listen('tcp://127.0.0.1:0')
  const member = await connect(server.address(), {
    framing: lines(),
    handler: { message: (_connection, line) => heard(line) },
  })
  member.unref()
}

const nothing = (): void => undefined
const deaf = {
  message: nothing,
  failed: nothing,
  disconnected: nothing,
  reconnected: nothing,
  missed: nothing,
}
