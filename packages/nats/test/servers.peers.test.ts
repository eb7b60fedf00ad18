import { expect } from 'vitest'
import { itPeer } from '../../../test/support/peers.js'
import { startChat } from './support/chat.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { makeNode, settle, Told } from './support/nodes.js'
import { until } from '../../../test/support/until.js'

itPeer('nats-server', 'a line reaches the members at both servers, each once', async (program) => {
  const { address } = await NatsServer.start(program)
  const nodes = [
    await makeNode({ servers: address }),
    await makeNode({ servers: address }),
  ] as const
  const here = await startChat(nodes[0])
  const there = await startChat(nodes[1])
  await settle(nodes)
  for (let line = 0; line < 100; line += 1) here.server.to('lobby').send(`line ${line}`)
  there.server.broadcast('to all')
  await until(() => here.heard.length === 101 && there.heard.length === 101)
  expect(there.heard.filter((line) => line !== 'to all')).toEqual(
    Array.from({ length: 100 }, (_, line) => `line ${line}`),
  )
  await until(() => here.server.info().backplane?.published === 100)
  expect(here.server.info().backplane).toMatchObject({ lost: 0, missed: 0, nodes: 1, received: 1 })
  expect([...here.errors, ...there.errors]).toEqual([])
})

itPeer('nats-server', 'members are counted on all nodes, and one is silent', async (program) => {
  const { address } = await NatsServer.start(program)
  const nodes = [
    await makeNode({ servers: address }),
    await makeNode({ servers: address }),
    await makeNode({ servers: address, nodeId: 'silent' }),
  ] as const
  const here = await startChat(nodes[0])
  await startChat(nodes[1])
  await settle(nodes)
  expect(await here.server.to('lobby').count({ timeout: 60_000 })).toEqual({
    members: 2,
    silent: [],
  })
  // It gives signs of life, and replies to nothing.
  nodes[2].open(new Told())
  await settle(nodes)
  // The other one is given the time that a busy machine needs.
  expect(await here.server.to('lobby').count({ timeout: 3_000 })).toEqual({
    members: 2,
    silent: ['silent'],
  })
})
