import { type Client, createClient, createServer, type Framing, type Server } from 'hawser'
import type { World } from 'hawser/simulate'
import { Account } from '../support/account.js'
import { pickFraming, pickLimits } from '../support/limits.js'
import { live } from '../support/live.js'
import { pickGreeting, restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, type TextConnection, textOf } from '../support/ways.js'

const endpoint = 'tcp://server:8000'
const until = 30_000

/** A server that is replaced over and over, in order, under clients that ask without a pause. */
export const drain: Scenario = {
  id: 'drain',
  title: 'a server that closes in order finishes what it began, and leaves nothing behind',
  hosts: ['server', 'one', 'other'],
  size: { clients: 4, requests: 60 },
  faults: { every: 2_500, until },
  run: (world) => new Replacing(world).run(),
}

/** What handlers work on, and for which connection. */
type Begun = Map<string, TextConnection>

class Replacing {
  readonly #world: World
  readonly #account: Account
  readonly #framing: Framing<Message, string>
  #isOver = false

  constructor(world: World) {
    this.#world = world
    this.#account = new Account(world)
    this.#framing = pickFraming(world)
  }

  async run(): Promise<void> {
    const world = this.#world
    const serving = world.track(this.#replace(), 'the servers')
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      createClient<Message, string>(endpoint, {
        ...world.host(index % 2 === 0 ? 'one' : 'other').options,
        random: () => world.random(),
        framing: this.#framing,
        requestTimeout: world.integer(1_000, 15_000),
        backoff: { max: 2_000 },
        connectTimeout: 4_000,
        heartbeat: { every: 5_000, ping: 'ping' },
        ...pickGreeting(world),
      }),
    )
    const asking = clients.map((client, index) =>
      world.track(this.#keepAsking(client, index), `client ${index}`),
    )
    await world.sleep(until)
    await live(world, {
      'every client gets a reply': () =>
        Promise.all(clients.map((client, index) => this.#askUntilReply(client, index))),
    })
    await Promise.all(asking)
    await Promise.all(clients.map((client) => world.track(client.close(), 'close of a client')))
    this.#isOver = true
    await serving
    this.#account.settle()
  }

  async #replace(): Promise<void> {
    const world = this.#world
    while (!this.#isOver) {
      const begun: Begun = new Map()
      const server = this.#create(begun)
      await world.track(server.listen('tcp://*:8000'), 'listen')
      await world.sleep(world.integer(1_000, 8_000))
      await this.#close(server, begun)
      await world.sleep(world.integer(0, 500))
    }
  }

  /** @param begun what its handlers work on */
  #create(begun: Begun): Server<Message, string> {
    const world = this.#world
    return createServer<Message, string>(
      {
        ...pickLimits(world),
        ...world.host('server').options,
        framing: this.#framing,
        onError: () => undefined,
        maxConnections: world.pick([2, 100]),
      },
      pickHandler(
        world,
        restless(world, async (connection, text) => {
          if (text === 'ping') return text
          const [id = ''] = text.split(' ')
          this.#account.carryOut(id)
          begun.set(id, connection)
          const chance = world.random()
          if (chance < 0.3) await world.sleep(world.integer(0, 300))
          else if (chance < 0.33) await world.sleep(world.integer(0, 5_000))
          begun.delete(id)
          return `re ${text}`
        }),
      ),
    )
  }

  async #close(server: Server<Message, string>, begun: Begun): Promise<void> {
    const world = this.#world
    const wait = world.pick([0, 500, 20_000])
    const abort = new AbortController()
    const open = server.info().connections
    const closing = world.track(server.close({ drain: wait, signal: abort.signal }), 'close')
    if (world.random() < 0.3) void world.sleep(world.integer(0, 2_000)).then(() => abort.abort())
    const again = world.random() < 0.2 ? server.close({ drain: 100 }) : closing
    const { drained, forced } = await closing
    await again
    world.must(
      drained + forced === open,
      `of ${open} connections, ${drained} were drained and ${forced} forced`,
    )
    for (const [id, connection] of begun) {
      const { reason } = await connection.closed
      world.must(reason !== 'ended', `a connection ended in order while the server worked on ${id}`)
    }
    const { connections, opening, listening, memory } = server.info()
    world.must(
      connections + opening + memory.used === 0 && !listening,
      `a closed server has ${connections} connections, and holds ${memory.used} bytes`,
    )
  }

  async #keepAsking(client: Client<Message, string>, index: number): Promise<void> {
    const world = this.#world
    const all: Promise<boolean>[] = []
    for (let number = 0; number < (world.size['requests'] ?? 1); number += 1) {
      if (world.random() < 0.6) await world.sleep(world.integer(0, 1_200))
      all.push(this.#ask(client, `${index}.${number}`))
    }
    await Promise.all(all)
  }

  async #ask(client: Client<Message, string>, id: string): Promise<boolean> {
    const world = this.#world
    const long = world.random() < 0.05 ? world.integer(1, 60_000) : world.integer(0, 100)
    const text = `${id} ${'x'.repeat(long)}`
    const abort = new AbortController()
    const { signal } = abort
    if (world.random() < 0.1) void world.sleep(world.integer(0, 800)).then(() => abort.abort())
    return this.#account.ask(id, `re ${text}`, async () =>
      textOf(await client.request(text, { signal })),
    )
  }

  async #askUntilReply(client: Client<Message, string>, index: number): Promise<void> {
    for (let number = 0; ; number += 1) {
      if (await this.#ask(client, `${index}.last-${number}`)) return
      await this.#world.sleep(100)
    }
  }
}
