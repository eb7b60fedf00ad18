import { afterAll } from 'vitest'
import { NodeRelay } from '../../src/workers/primary/node-relay.js'
import { Post } from '../../src/workers/worker/post.js'
import type { PrimaryLink } from '../../src/workers/worker/primary-link.js'
import { WorkersBackplane } from '../../src/workers/worker/workers-backplane.js'
import { describeBackplane } from '../server/support/backplane-contract.js'

/** Workers and their primary in one process, each message between them in a turn of its own. */
function makeNodes(count: number): WorkersBackplane[] {
  const posts: Post[] = []
  const relay = new NodeRelay<{ pass(bytes: Uint8Array): void }>(() => {
    const { nodes } = relay
    setImmediate(() => {
      for (const post of posts) post.all = nodes
    })
  })
  return Array.from({ length: count }, (_, index) => {
    const worker = {
      pass: (bytes: Uint8Array) => {
        const copy = Buffer.from(bytes)
        setImmediate(() => post.heard(copy))
      },
    }
    const link = {
      async say({ bytes }: { bytes: Uint8Array }): Promise<void> {
        const copy = Buffer.from(bytes)
        await new Promise(setImmediate)
        relay.heard(worker, copy)
      },
    }
    const post = new Post(link as unknown as PrimaryLink)
    posts.push(post)
    return new WorkersBackplane({ setup: { slot: index + 1 }, post })
  })
}

// A process that is no worker has no channel, and its posts publish nothing.
const { connected } = process
process.connected = true
afterAll(() => {
  process.connected = connected
})

describeBackplane('the workers of a machine', makeNodes, async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
})
