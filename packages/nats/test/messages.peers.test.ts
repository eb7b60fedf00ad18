import { join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../test/support/folders.js'
import { itPeer } from '../../../test/support/peers.js'
import { subjectOf } from '../src/subjects.js'
import { startChat } from './support/chat.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { bytesOf, listen, makeNode, settle } from './support/nodes.js'
import { until } from '../../../test/support/until.js'

itPeer(
  'nats-server',
  'a thousand messages of one turn are confirmed by one ping',
  async (program) => {
    const nats = await NatsServer.start(program, ['--trace'])
    const node = await makeNode({ servers: nats.address })
    await node.publish('first', new Uint8Array())
    const promises = Array.from({ length: 1_000 }, () => node.publish('a', bytesOf('x')))
    expect(new Set(promises).size).toBe(1)
    await Promise.all(promises)
    await node.publish('last', new Uint8Array())
    const last = subjectOf('hawser', 'last')
    await until(() => nats.log.includes(last))
    const lines = nats.log.split('\n')
    const begin = lines.findIndex((line) => line.includes(subjectOf('hawser', 'first')))
    const between = lines.slice(
      begin,
      lines.findIndex((line) => line.includes(last)),
    )
    const count = (what: string): number => between.filter((line) => line.includes(what)).length
    expect(count(`[PUB ${subjectOf('hawser', 'a')} `)).toBe(1_000)
    // Of the first message, and of all others.
    expect(count('<<- [PING]')).toBe(2)
  },
)

itPeer(
  'nats-server',
  'a message above max_payload is refused with both numbers, one below arrives',
  async (program) => {
    const folder = createFolder({ 'nats.conf': 'max_payload: 1000' })
    const { address } = await NatsServer.start(program, ['--config', join(folder, 'nats.conf')])
    const one = await listen({ servers: address, nodeId: 'four' })
    const two = await listen({ servers: address })
    await two.node.subscribe('a')
    // Beside the body there are 18 bytes of header.
    await one.node.publish('a', new Uint8Array(982))
    expect(() => one.node.publish('a', new Uint8Array(983))).toThrow(
      'a message takes 1001 bytes and the NATS server takes 1000: send less at once, or raise max_payload',
    )
    await one.node.publish('a', bytesOf('small'))
    await settle([one.node, two.node])
    expect(two.told.texts.map(({ length }) => length)).toEqual([982, 5])
    expect(two.told.missing).toBe(1)
    expect([...one.told.errors, ...two.told.errors]).toEqual([])
  },
)

itPeer(
  'nats-server',
  'a line above max_payload reaches the members here, and counts as lost',
  async (program) => {
    const folder = createFolder({ 'nats.conf': 'max_payload: 1000' })
    const { address } = await NatsServer.start(program, ['--config', join(folder, 'nats.conf')])
    const chat = await startChat(await makeNode({ servers: address }))
    expect(chat.server.to('lobby').send('x'.repeat(2_000))).toBe(1)
    await until(() => chat.heard.length === 1)
    expect(chat.server.info().backplane).toMatchObject({ lost: 1, published: 0, connected: true })
    expect(chat.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/max_payload/),
    ])
  },
)

itPeer('nats-server', 'what is not confirmed counts against backplaneQueue', async (program) => {
  const { address } = await NatsServer.start(program)
  const chat = await startChat(await makeNode({ servers: address }), { backplaneQueue: 10_000 })
  for (let line = 0; line < 100; line += 1) chat.server.to('lobby').send('x'.repeat(100))
  const { lost = 0, queued = 0 } = chat.server.info().backplane ?? {}
  expect(lost).toBeGreaterThan(80)
  expect(queued).toBeLessThan(12_000)
  await until(() => chat.server.info().backplane?.queued === 0)
  expect(chat.server.info().backplane).toMatchObject({ published: 100 - lost, lost })
})

itPeer('nats-server', 'nodes of different prefixes do not hear each other', async (program) => {
  const { address } = await NatsServer.start(program)
  const one = await listen({ servers: address, prefix: 'red' })
  const two = await listen({ servers: address, prefix: 'blue.sea' })
  await two.node.subscribe('a')
  await one.node.publish('a', bytesOf('x'))
  await settle([one.node, two.node])
  expect([two.told.texts, [...two.node.nodes()]]).toEqual([[], []])
})

itPeer('nats-server', 'what was published before a close still leaves', async (program) => {
  const { address } = await NatsServer.start(program)
  const one = await listen({ servers: address })
  const two = await listen({ servers: address })
  await two.node.subscribe('a')
  const publishing = Array.from({ length: 1_000 }, (_, number) =>
    one.node.publish('a', bytesOf(String(number))),
  )
  await one.node.close()
  await Promise.allSettled(publishing)
  await settle([two.node])
  expect(two.told.texts).toHaveLength(1_000)
  expect([...two.node.nodes()]).toEqual([])
})
