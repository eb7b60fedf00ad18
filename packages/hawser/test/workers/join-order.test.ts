import { connect, createServer, lines, type ServerConnection } from 'hawser'
import { createMemoryNetwork } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import type { Network } from '../../src/network.js'
import { encodeEnvelope } from '../../src/server/backplane/envelope.js'
import type { Transport } from '../../src/transport.js'
import { kinds, makeParcel } from '../../src/workers/parcels.js'
import { NodeRelay } from '../../src/workers/primary/node-relay.js'
import { Post } from '../../src/workers/worker/post.js'
import type { PrimaryLink } from '../../src/workers/worker/primary-link.js'
import { WorkersBackplane } from '../../src/workers/worker/workers-backplane.js'

type Member = ServerConnection<string, string>
type Handler = (connection: Member, line: string) => unknown

const endpoint = { host: 'chat', port: 1 }

/** What a node of another worker sends to the topic. */
function publication(message: string): Uint8Array {
  const envelope = encodeEnvelope({ topics: [], message, overflow: 'reset' }, undefined)
  const parcel = makeParcel(kinds.publish, 'elsewhere', 'deck', envelope)
  const bytes = Buffer.alloc(parcel.size)
  parcel.writeTo(bytes, 0)
  return bytes
}

/** Calls `written` before what a transport is given leaves. */
function watchWrites(transport: Transport, written: (text: string) => void): Transport {
  const write = transport.write.bind(transport)
  transport.write = (chunks, size) => {
    written(chunks.map((chunk) => Buffer.from(chunk as string).toString()).join(''))
    return write(chunks, size)
  }
  return transport
}

/**
 * A worker and the primary in one process, where the test says when the primary reads what. All
 * others are as fast as can be: while the reply to the join leaves, its peer has read it, another
 * worker has published because of that, and the primary has read this. It reads what this worker has
 * said until then behind it, in the same turn, and whatever comes later in the next.
 */
async function joinAndHear(message: Handler): Promise<string[]> {
  const memory = createMemoryNetwork({ hosts: { chat: '10.0.0.1' } })
  const said: Uint8Array[] = []
  let take = (): void => undefined
  const taken = new Promise<void>((resolve) => {
    take = resolve
  })
  // The channel takes its time: until the primary goes on, all that was said is under way.
  const link = {
    say({ bytes }: { bytes: Uint8Array }) {
      said.push(Buffer.from(bytes))
      return taken
    },
  }
  const post = new Post(link as unknown as PrimaryLink)
  const relay = new NodeRelay<{ pass(bytes: Uint8Array): void }>()
  const here = { pass: (bytes: Uint8Array) => post.heard(bytes) }
  const elsewhere = { pass: () => undefined }
  const primaryReads = (published: Uint8Array): void => {
    relay.heard(elsewhere, published)
    for (const batch of said.splice(0)) relay.heard(here, batch)
  }
  const replied = (text: string): void => {
    if (!text.includes('joined')) return
    primaryReads(publication('because of the reply'))
    void primaryGoesOn()
  }
  const primaryGoesOn = async (): Promise<void> => {
    await new Promise(setImmediate)
    take()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    for (const batch of said.splice(0)) relay.heard(here, batch)
    relay.heard(elsewhere, publication('later'))
  }
  const network: Network = {
    dial: (place, options) => memory.dial(place, options),
    listen: (place, accept) =>
      memory.listen(place, ({ transport, isGone }) =>
        accept({ transport: watchWrites(transport, replied), isGone }),
      ),
  }
  const backplane = new WorkersBackplane({ setup: { slot: 1 }, post })
  const server = createServer<string, string>({ framing: lines(), network, backplane }, { message })
  onTestFinished(async () => {
    take()
    await server.close({ drain: 0 })
  })
  await server.listen(endpoint)
  const peer = await connect<string, string>(endpoint, { framing: lines(), network })
  await peer.send('join')
  const heard: string[] = []
  for await (const line of peer) {
    heard.push(line)
    if (line === 'later') break
  }
  return heard
}

const handlers: Record<string, Handler> = {
  'at once': (connection) => {
    connection.join('deck')
    void connection.send('joined')
  },
  'after a promise': async (connection) => {
    await Promise.resolve()
    connection.join('deck')
    await connection.send('joined')
  },
  'after a promise, behind something that was sent before': async (connection) => {
    await Promise.resolve()
    void connection.send('wait')
    connection.join('deck')
    await connection.send('joined')
  },
  'after a promise, when others were sent something before': async (connection) => {
    await Promise.resolve()
    connection.server.broadcast('somebody comes')
    connection.join('deck')
    await connection.send('joined')
  },
  'while what the worker said before is on its way': async (connection) => {
    connection.join('hold')
    await new Promise(setImmediate)
    connection.join('deck')
    await connection.send('joined')
  },
}

it.each(Object.entries(handlers))(
  'a member that has its reply to a join hears what is published because of it: %s',
  async (_, handler) => {
    const heard = await joinAndHear(handler)
    expect(heard.slice(-3)).toEqual(['joined', 'because of the reply', 'later'])
  },
)
