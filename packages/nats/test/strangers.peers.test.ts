import { connect, type NatsConnection } from '@nats-io/transport-node'
import fc from 'fast-check'
import { expect, onTestFinished } from 'vitest'
import { itPeer } from '../../../test/support/peers.js'
import { runs } from '../../../test/support/property-runs.js'
import { encodeMessage, encodeSign } from '../src/header.js'
import { subjectOf } from '../src/subjects.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { startChat } from './support/chat.js'
import { bytesOf, listen, makeNode, settle } from './support/nodes.js'
import { until } from '../../../test/support/until.js'

/** A program that uses the same NATS server and is no node. */
async function joinStranger(servers: string): Promise<NatsConnection> {
  const stranger = await connect({ servers })
  onTestFinished(() => stranger.close())
  return stranger
}

itPeer(
  'nats-server',
  'any bytes on its subjects harm no node, are counted, and told once',
  async (program) => {
    const { address } = await NatsServer.start(program)
    const one = await listen({ servers: address })
    const two = await listen({ servers: address })
    for (const topic of ['', 'a']) await two.node.subscribe(topic)
    const stranger = await joinStranger(address)
    const subject = fc.constantFrom(
      subjectOf('hawser', ''),
      subjectOf('hawser', 'a'),
      ...[
        'hello',
        'here',
        'bye',
        'what',
        `here.${Buffer.from(two.node.nodeId).toString('base64url')}`,
      ].map((sign) => `hawser.n.${sign}`),
    )
    let sent = 0
    await fc.assert(
      fc.asyncProperty(subject, fc.uint8Array({ maxLength: 120 }), async (name, bytes) => {
        stranger.publish(name, bytes)
        sent += 1
        await stranger.flush()
      }),
      runs(500),
    )
    await settle([one.node, two.node])
    expect(two.node.strangers).toBe(sent)
    expect(two.told.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/bytes on subjects of hawser are of no node.*another prefix/),
    ])
    expect(two.told.texts).toEqual([])
    expect([...two.node.nodes()]).toEqual([one.node.nodeId])
    await one.node.publish('a', bytesOf('still here'))
    await until(() => two.told.texts.length === 1)
  },
)

itPeer(
  'nats-server',
  'a message that comes twice is delivered once, and a gap is counted',
  async (program) => {
    const { address } = await NatsServer.start(program)
    const { node, told } = await listen({ servers: address })
    await node.subscribe('a')
    const stranger = await joinStranger(address)
    for (const [epoch, number] of [
      [1, 5],
      [1, 5],
      [1, 4],
      [1, 9],
      [2, 1],
    ] as const) {
      const header = { from: 'other', epoch, number }
      const bytes = encodeMessage(header, bytesOf(`${epoch}.${number}`))
      stranger.publish(subjectOf('hawser', 'a'), bytes)
    }
    await stranger.flush()
    await settle([node])
    expect(told.texts).toEqual(['1.5', '1.9', '2.1'])
    expect(told.missing).toBe(3)
    expect(node.strangers).toBe(0)
  },
)

itPeer(
  'nats-server',
  'two nodes of one name say so, and a third one hears both',
  async (program) => {
    const { address } = await NatsServer.start(program)
    const twins = [
      await listen({ servers: address, nodeId: 'twin' }),
      await listen({ servers: address, nodeId: 'twin' }),
    ] as const
    const third = await listen({ servers: address })
    const nodes = [...twins, third]
    for (const { node } of nodes) await node.subscribe('a')
    for (const { node } of nodes) await node.publish('a', bytesOf(node.nodeId))
    await settle(nodes.map(({ node }) => node))
    for (const { node, told } of twins) {
      expect(told.texts).toEqual([third.node.nodeId])
      expect([...node.nodes()]).toEqual([third.node.nodeId])
      expect(node.strangers).toBeGreaterThanOrEqual(1)
      expect(told.errors).toMatchObject([
        {
          code: 'HAWSER_BACKPLANE_FAILED',
          message: expect.stringMatching(
            /another node is called twin.*a nodeId of its own/,
          ) as string,
        },
      ])
    }
    expect(third.told.texts).toEqual(['twin', 'twin'])
    expect([...third.node.nodes()]).toEqual(['twin'])
    expect(third.told.errors).toEqual([])
  },
)

itPeer('nats-server', 'what a node said itself is of no other', async (program) => {
  const { address } = await NatsServer.start(program)
  const stranger = await joinStranger(address)
  const { node, told } = await listen({ servers: address })
  const own: [string, Uint8Array][] = []
  stranger.subscribe('hawser.>', {
    callback: (_error, { subject, data }) => void own.push([subject, data]),
  })
  await stranger.flush()
  await node.subscribe('a')
  await node.publish('a', bytesOf('own'))
  const next = await listen({ servers: address })
  await settle([node, next.node])
  await until(() => own.some(([subject]) => subject.startsWith('hawser.n.here.')))
  // As when a NATS server sends an echo; what the other node said is the other's again.
  for (const [subject, data] of own) stranger.publish(subject, data)
  await stranger.flush()
  await settle([node, next.node])
  expect(told).toMatchObject({ texts: [], errors: [] })
  expect(node.strangers).toBe(0)
})

itPeer(
  'nats-server',
  'a server counts them all, those as well that only begin as a node does',
  async (program) => {
    const { address } = await NatsServer.start(program)
    const node = await makeNode({ servers: address })
    const { server, errors, heard } = await startChat(node)
    await settle([node])
    const stranger = await joinStranger(address)
    const bodies = [[], [0], [1, 2, 3], [1, 9, 0, 0, 0, 0, 0, 65], [1, 1, 0, 255, 255, 255, 255]]
    for (const [index, body] of [...bodies, ...bodies].entries()) {
      const header = { from: 'other', epoch: 1, number: index + 1 }
      const bytes = encodeMessage(header, Uint8Array.from(body))
      stranger.publish(subjectOf('hawser', index < bodies.length ? '' : 'lobby'), bytes)
    }
    stranger.publish(subjectOf('hawser', ''), 'hello')
    await stranger.flush()
    await settle([node])
    expect(server.info().backplane).toMatchObject({
      received: 0,
      missed: 0,
      strangers: 2 * bodies.length + 1,
    })
    expect(node.strangers).toBe(1)
    expect(heard).toEqual([])
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/a message of the node other is lost/),
      expect.stringMatching(/are of no node/),
    ])
  },
)

itPeer(
  'nats-server',
  'numbers that no node gets to are of strangers, and the count of what is missing stays exact',
  async (program) => {
    const { address } = await NatsServer.start(program)
    const { node, told } = await listen({ servers: address })
    await node.subscribe('a')
    const stranger = await joinStranger(address)
    const say = (number: number): void =>
      stranger.publish(
        subjectOf('hawser', 'a'),
        encodeMessage({ from: 'other', epoch: 1, number }, bytesOf(`${number}`)),
      )
    say(1)
    for (let time = 0; time < 100; time += 1) say(2 ** 48 - 1 - time)
    say(4)
    await stranger.flush()
    await settle([node])
    expect(told.texts).toEqual(['1', '4'])
    expect(told.missing).toBe(2)
    expect(node.strangers).toBe(100)
  },
)

itPeer(
  'nats-server',
  'a node that crashed is gone after its signs of life fail to come',
  async (program) => {
    const { address } = await NatsServer.start(program)
    const one = await listen({ servers: address, presence: 20 })
    const two = await listen({ servers: address, presence: 20 })
    const stranger = await joinStranger(address)
    stranger.publish('hawser.n.here', encodeSign({ from: 'crashed', instance: 1 }))
    await until(() => [...one.node.nodes()].includes('crashed'))
    await until(() => ![...one.node.nodes()].includes('crashed'))
    await until(() => [...one.node.nodes()].join() === two.node.nodeId)
  },
)

itPeer('nats-server', 'a flood of names grows no table, and is told once', async (program) => {
  const { address } = await NatsServer.start(program)
  const { node, told } = await listen({ servers: address, maxNodes: 3 })
  const stranger = await joinStranger(address)
  for (let name = 0; name < 5_000; name += 1) {
    stranger.publish('hawser.n.here', encodeSign({ from: `node-${name}`, instance: name }))
  }
  await stranger.flush()
  await settle([node])
  expect([...node.nodes()]).toEqual(['node-0', 'node-1', 'node-2'])
  expect(told.errors.map(({ message }) => message)).toEqual([
    'there are more than 3 other nodes: raise maxNodes',
  ])
})
