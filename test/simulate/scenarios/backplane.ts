import {
  type Client,
  createClient,
  createServer,
  lines,
  type MemoryBackplane,
  memoryBackplane,
} from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { live } from '../support/live.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, textOf } from '../support/ways.js'

const nodes = ['north', 'south', 'west']
const topics = ['news', 'sport']
const until = 30_000

/** Three servers that share their topics. */
export const backplane: Scenario = {
  id: 'backplane',
  title:
    'what is said on one of three nodes is heard on all, once at most, and in order of each node',
  hosts: [...nodes, 'clients'],
  size: { members: 6, messages: 25 },
  faults: { every: 2_000, until },
  async run(world) {
    const between = memoryBackplane()
    const runs = { count: 0 }
    for (const name of nodes) {
      void world.host(name).start(() => serve(world, between, name, (runs.count += 1)))
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
    await Promise.all(members.map((member) => member.close()))
  },
}

async function serve(
  world: World,
  between: MemoryBackplane,
  name: string,
  run: number,
): Promise<void> {
  const node = `${name}-${run}`
  let said = 0
  const server = createServer<Message, string>(
    {
      framing: lines(),
      backplane: between.node(node),
      heartbeat: { every: 5_000, ping: 'ping' },
      onError: () => undefined,
    },
    pickHandler(world, (connection, text) => {
      const [verb = '', topic = '', ...words] = text.split(' ')
      if (verb === 'join') {
        connection.join(topic)
        return `joined ${node} ${topic}`
      }
      if (verb === 'leave') {
        connection.leave(topic)
        return `left ${node} ${topic}`
      }
      if (verb === 'say' || verb === 'shout') {
        said += 1
        const line = `said ${node} ${said} ${words.join(' ')}`
        if (verb === 'say') server.to(topic).send(line)
        else server.to(topics).send(line)
      }
      return undefined
    }),
  )
  await server.listen('tcp://*:8000')
}

class Member {
  readonly name: string
  readonly #world: World
  readonly #client: Client<Message, string>
  /** By node, the number heard last on this connection. */
  readonly #heard = new Map<string, number>()
  readonly #words = new Set<string>()

  constructor(world: World, index: number) {
    this.#world = world
    this.name = `member-${index}`
    const endpoints = nodes.map((name) => `tcp://${name}:8000`)
    this.#client = createClient<Message, string>(endpoints, {
      ...world.host('clients').options,
      order: world.pick(['random', 'round-robin', 'first'] as const),
      random: () => world.random(),
      framing: lines(),
      connectTimeout: 4_000,
      backoff: { max: 5_000 },
      heartbeat: { every: 5_000, ping: 'ping', isPong: (message) => message === 'ping' },
      correlate: { isPush: () => true },
      onConnect: async ({ connection }) => {
        this.#heard.clear()
        for (const topic of topics) await connection.send(`join ${topic}`)
      },
      onMessage: (message) => this.#hear(textOf(message)),
    })
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
      await world.track(sent, `${this.name}: its send`)
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

  async #hear(text: string): Promise<void> {
    const [verb = '', node = '', stamp = '', ...words] = text.split(' ')
    if (verb !== 'said') return
    const last = this.#heard.get(node) ?? 0
    this.#world.must(
      Number(stamp) > last,
      `${this.name} heard message ${stamp} of ${node} after ${last}`,
    )
    this.#heard.set(node, Number(stamp))
    this.#words.add(words.join(' '))
    if (this.#world.random() < 0.02) await this.#world.sleep(this.#world.integer(0, 3_000))
  }
}
