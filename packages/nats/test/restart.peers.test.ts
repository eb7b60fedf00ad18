import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createFolder } from '../../../test/support/folders.js'
import { itPeer } from '../../../test/support/peers.js'
import { startChat } from './support/chat.js'
import { NatsServer } from '../../../test/support/nats-server.js'
import { bytesOf, listen, makeNode, settle } from './support/nodes.js'
import { until } from '../../../test/support/until.js'

itPeer(
  'nats-server',
  'a NATS server that is killed and started again costs what was sent meanwhile, and it is counted',
  async (program) => {
    const nats = await NatsServer.start(program)
    const servers = nats.address
    const nodes = [await makeNode({ servers }), await makeNode({ servers })] as const
    const here = await startChat(nodes[0])
    const there = await startChat(nodes[1])
    await settle(nodes)
    const send = (text: string): void => void here.server.to('lobby').send(text)
    send('before')
    await until(() => there.heard.length === 1)
    await until(() => here.server.info().backplane?.published === 1)

    await nats.kill()
    await until(() => here.links.length === 1 && there.links.length === 1)
    for (let line = 0; line < 50; line += 1) send(`lost ${line}`)
    expect(here.server.info().backplane).toMatchObject({ connected: false, lost: 50, published: 1 })
    expect(here.errors.map(({ code }) => code)).toEqual([
      'HAWSER_BACKPLANE_FAILED',
      'HAWSER_BACKPLANE_FAILED',
    ])
    expect(here.errors[0]?.message).toMatch(
      /link to the other nodes is lost: the connection to the/,
    )
    expect(here.errors[1]?.message).toMatch(/there is no connection to the NATS server/)

    await nats.restart()
    await until(() => here.links.length === 2 && there.links.length === 2)
    expect([here.links, there.links]).toEqual([
      [false, true],
      [false, true],
    ])
    send('after')
    await until(() => there.heard.length === 2)
    await settle(nodes)
    expect(there.heard).toEqual(['before', 'after'])
    expect(here.heard).toHaveLength(52)
    expect(there.server.info().backplane).toMatchObject({ connected: true, missed: 50, nodes: 1 })
    expect(await here.server.to('lobby').count({ timeout: 60_000 })).toEqual({
      members: 2,
      silent: [],
    })
  },
)

itPeer(
  'nats-server',
  'what is under way when the NATS server is killed is refused or arrives, and never twice',
  async (program) => {
    const nats = await NatsServer.start(program)
    const { node } = await listen({ servers: nats.address })
    const other = await listen({ servers: nats.address })
    await other.node.subscribe('a')
    let confirmed = 0
    let refused = 0
    const say = (text: string): void => {
      try {
        void Promise.resolve(node.publish('a', bytesOf(text))).then(
          () => void (confirmed += 1),
          () => void (refused += 1),
        )
      } catch {
        refused += 1
      }
    }
    let sent = 0
    const sayMore = (): boolean => {
      for (let more = 0; more < 10; more += 1) say(String(sent++))
      return true
    }
    await until(() => sayMore() && confirmed > 100)
    const ended = nats.kill()
    await until(() => sayMore() && !node.connected)
    await ended
    await until(() => !other.node.connected)
    await nats.restart()
    await until(() => node.connected && other.node.connected)
    say(String(sent++))
    await until(() => confirmed + refused === sent && other.told.texts.at(-1) === String(sent - 1))
    expect(refused).toBeGreaterThan(0)
    expect(new Set(other.told.texts).size).toBe(other.told.texts.length)
    expect(other.told.texts.length).toBeGreaterThanOrEqual(confirmed)
    // The numbers have no gap but those that are counted.
    expect(other.told.texts.length + other.told.missing).toBe(sent)
  },
)

itPeer(
  'nats-server',
  'a topic that was subscribed to without a connection is there with it',
  async (program) => {
    const nats = await NatsServer.start(program)
    const one = await listen({ servers: nats.address })
    const two = await listen({ servers: nats.address })
    await settle([one.node, two.node])
    await nats.kill()
    await until(() => !one.node.connected && !two.node.connected)
    await two.node.subscribe('late')
    expect(() => one.node.publish('late', bytesOf('too early'))).toThrow(/no connection/)
    await nats.restart()
    await until(() => one.node.connected && two.node.connected)
    await one.node.publish('late', bytesOf('in time'))
    await until(() => two.told.texts.length === 1)
    await settle([one.node, two.node])
    expect([...one.node.nodes()]).toEqual([two.node.nodeId])
    expect(two.told.texts).toEqual(['in time'])
  },
)

itPeer(
  'nats-server',
  'nodes that are back tell a newcomer that they are there',
  async (program) => {
    const nats = await NatsServer.start(program)
    const options = { servers: nats.address, presence: 600_000 }
    const one = await listen(options)
    const two = await listen(options)
    await nats.kill()
    await until(() => !one.node.connected && !two.node.connected)
    await nats.restart()
    const newcomer = await listen(options)
    const names = [one.node.nodeId, two.node.nodeId].toSorted()
    await until(() => [...newcomer.node.nodes()].toSorted().join() === names.join())
    await until(() => [...one.node.nodes()].includes(newcomer.node.nodeId))
  },
)

itPeer(
  'nats-server',
  'a NATS server that stands still is a lost link until it goes on',
  async (program) => {
    const nats = await NatsServer.start(program)
    const connection = { pingInterval: 1_000, timeout: 2_000 }
    const one = await listen({ servers: nats.address, connection })
    const two = await listen({ servers: nats.address, connection })
    await two.node.subscribe('a')
    await one.node.publish('a', bytesOf('before'))
    await nats.freeze()
    const unconfirmed = one.node.publish('a', bytesOf('into the ice'))
    await expect(unconfirmed).rejects.toThrow(/connection/)
    await until(() => !one.node.connected && !two.node.connected)
    expect(one.told.errors.at(-1)?.message).toMatch(/it did not reply to pings/)
    expect(() => one.node.publish('a', bytesOf('lost'))).toThrow(/no connection/)
    nats.thaw()
    await until(() => one.node.connected && two.node.connected)
    await one.node.publish('a', bytesOf('after'))
    await until(() => two.told.texts.at(-1) === 'after')
    // The second was on its way: it comes late, or is missing.
    expect(two.told.texts.length + two.told.missing).toBe(4)
  },
)

itPeer('nats-server', 'a node closes while there is no connection, and again', async (program) => {
  const nats = await NatsServer.start(program)
  const { node, told } = await listen({ servers: nats.address })
  await nats.kill()
  await until(() => !node.connected)
  await node.close()
  await node.close()
  expect(told.links).toEqual(['lost'])
  expect(() => node.publish('a', bytesOf('x'))).toThrow(/the backplane is closed/)
  await node.subscribe('a')
})

itPeer(
  'nats-server',
  'a NATS server that comes back and takes not even a sign of life ends nothing, and is reported once',
  async (program) => {
    const folder = createFolder({ 'nats.conf': 'max_payload: 1000\n' })
    const config = join(folder, 'nats.conf')
    const nats = await NatsServer.start(program, ['-c', config])
    const node = await makeNode({ servers: nats.address, presence: 20 })
    const { errors, links, server } = await startChat(node)
    await nats.kill()
    await until(() => links.length === 1)
    writeFileSync(config, 'max_payload: 10\n')
    await nats.restart()
    await until(() => links.length === 2)
    await until(() => errors.some(({ message }) => message.includes('no sign of life')))
    await settleTurns()
    expect(errors.filter(({ message }) => message.includes('no sign of life'))).toHaveLength(1)
    expect(server.info().backplane?.connected).toBe(true)
    await server.close({ drain: 0 })
    expect(errors.filter(({ message }) => message.includes('failed to close'))).toEqual([])
  },
)

/** Some turns of the sign of life. */
function settleTurns(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 100)
  })
}
