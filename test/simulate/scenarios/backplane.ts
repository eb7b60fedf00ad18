import { type Client, createClient, lines } from 'hawser'
import type { World } from 'hawser/simulate'
import { BackplaneServer, topics } from '../support/backplane-server.js'
import { attempt } from '../support/errors.js'
import { serveHub } from '../support/hub.js'
import { live } from '../support/live.js'
import { pauseAtTimes, pickSwitch } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, type TextConnection, textOf } from '../support/ways.js'

const names = ['north', 'south', 'west']
/** The topic of what goes to several topics at once. */
const several = ''
const until = 30_000
/** What is under way to a node and from there to its members arrives within it. */
const underWay = 5_000

/** Three servers that share their topics, over a hub that can fail as they can. */
export const backplane: Scenario = {
  id: 'backplane',
  title:
    'what is said on one of three nodes is heard on all, once at most, in order of each node, or counted as missed',
  hosts: [...names, 'hub', 'clients'],
  size: { members: 6, messages: 25 },
  faults: { every: 2_000, until },
  async run(world) {
    const nodes = new Map<string, BackplaneServer>()
    void world.host('hub').start(() => serveHub('tcp://*:7000'))
    let runs = 0
    for (const name of names) {
      void world.host(name).start(async () => {
        const node = new BackplaneServer(world, `${name}-${(runs += 1)}`)
        nodes.set(name, node)
        await node.listen()
      })
    }
    const members = Array.from(
      { length: world.size['members'] ?? 1 },
      (_, index) => new Member(world, index),
    )
    const talking = members.map((member) => world.track(member.keepTalking(), member.name))
    await world.sleep(until)
    await live(world, {
      'every member hears every other': async () => {
        for (const member of members) await member.sayUntilHeard(members)
      },
    })
    await Promise.all(talking)
    await compareAll(world, [...nodes.values()])
    await Promise.all(members.map((member) => member.close()))
  },
}

/** Now that nothing goes wrong: each node publishes once more about each topic, and all of it adds up. */
async function compareAll(world: World, nodes: readonly BackplaneServer[]): Promise<void> {
  // A member on each, so that each is subscribed.
  const heard: string[][] = nodes.map(() => [])
  const readers = nodes.map((node, index) => node.read(heard[index] ?? []))
  await world.sleep(underWay)
  await Promise.all(nodes.map((node) => node.sayLast()))
  await world.sleep(underWay)
  const said = nodes.flatMap(({ lastSaid }) => lastSaid).toSorted()
  for (const [index, node] of nodes.entries()) {
    const its = heard[index] ?? []
    world.must(
      its.toSorted().join() === said.join(),
      `a member on ${node.uplink.nodeId} heard "${its.join('", "')}", and "${said.join('", "')}" was said`,
    )
    node.compareCounts()
    for (const other of nodes) {
      if (other === node) continue
      for (const topic of [...topics, several]) node.uplink.compare(other.uplink, topic)
    }
  }
  await Promise.all(readers.map((reader) => world.track(reader.close(), 'close of a reader')))
}

class Member {
  readonly name: string
  readonly #world: World
  readonly #client: Client<Message, string>
  /** By node, the number heard last on one connection. */
  readonly #heard = new Map<string, number>()
  readonly #words = new Set<string>()
  #connection: TextConnection | undefined

  constructor(world: World, index: number) {
    this.#world = world
    this.name = `member-${index}`
    const endpoints = names.map((name) => `tcp://${name}:8000`)
    const isLoop = world.random() < 0.5
    const { onConnect } = pickSwitch(world)
    this.#client = createClient<Message, string>(endpoints, {
      ...world.host('clients').options,
      order: world.pick(['random', 'round-robin', 'first'] as const),
      random: () => world.random(),
      framing: lines(),
      connectTimeout: 4_000,
      backoff: { max: 5_000 },
      heartbeat: { every: 5_000, ping: 'ping', isPong: (message) => message === 'ping' },
      correlate: { isPush: (message) => textOf(message) !== 're switch' },
      onConnect: async (fresh) => {
        await onConnect?.(fresh)
        const { connection } = fresh
        this.#connection = connection
        await connection.send('begin')
        for (const topic of topics) await connection.send(`join ${topic}`)
      },
      ...(isLoop ? {} : { onMessage: (message: Message) => this.#hear(textOf(message)) }),
    })
    if (isLoop) void world.track(this.#loop(), `${this.name}: its loop`)
  }

  async keepTalking(): Promise<void> {
    const world = this.#world
    for (let number = 0; number < (world.size['messages'] ?? 1); number += 1) {
      await world.sleep(world.integer(0, 2_000))
      const topic = world.pick(topics)
      const verb = world.pick(['say', 'say', 'say', 'shout', 'join', 'leave'])
      const sent = attempt(world, this.name, () =>
        this.#client.send(`${verb} ${topic} ${this.name} ${number}`),
      )
      void world.track(sent, `${this.name}: its send`)
      if (world.random() < 0.7) await sent
    }
  }

  async sayUntilHeard(members: readonly Member[]): Promise<void> {
    for (let number = 1; ; number += 1) {
      const words = `${this.name} last-${number}`
      for (const each of members) void each.#client.send(`join ${topics[0]}`).catch(() => undefined)
      await attempt(this.#world, this.name, () => this.#client.send(`say ${topics[0]} ${words}`))
      await this.#world.sleep(1_000)
      if (members.every((each) => each.#words.has(words))) return
    }
  }

  async close(): Promise<void> {
    await this.#world.track(this.#client.close(), `${this.name}: close`)
  }

  async #loop(): Promise<void> {
    for await (const message of this.#client) await this.#hear(textOf(message))
  }

  async #hear(text: string): Promise<void> {
    const world = this.#world
    const [verb = '', node = '', stamp = '', ...words] = text.split(' ')
    // A loop may still have messages of the connection before.
    if (verb === 'begun') this.#heard.clear()
    if (verb !== 'said') return
    const last = this.#heard.get(node) ?? 0
    world.must(Number(stamp) > last, `${this.name} heard message ${stamp} of ${node} after ${last}`)
    this.#heard.set(node, Number(stamp))
    this.#words.add(words.join(' '))
    if (this.#connection !== undefined) pauseAtTimes(world, this.#connection)
    if (world.random() < 0.02) await world.sleep(world.integer(0, 3_000))
  }
}
