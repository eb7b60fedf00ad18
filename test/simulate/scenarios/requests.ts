import { type Client, createClient, createServer, type Framing } from 'hawser'
import type { World } from 'hawser/simulate'
import { Account } from '../support/account.js'
import { pickFraming, pickLimits } from '../support/limits.js'
import { identity } from '../support/identity.js'
import { live } from '../support/live.js'
import { pickGreeting, restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, type Take, textOf } from '../support/ways.js'

const port = 'server:8000'
const until = 30_000
const size = { clients: 3, requests: 60 }
const hosts = ['server', 'one', 'other']
const faults = { every: 2_000, until }

/** Requests whose replies come in their order. */
export const inOrder: Scenario = {
  id: 'in-order',
  title: 'each request gets its own reply, in order, or is told what may have become of it',
  hosts,
  size,
  faults,
  run: (world) => new Requests(world, 'in order').run(),
}

/** Requests with ids, whose replies come in any order. */
export const byId: Scenario = {
  id: 'by-id',
  title: 'the same where replies come in any order and are found by their ids',
  hosts,
  size,
  faults,
  run: (world) => new Requests(world, 'by id').run(),
}

/** Requests in order, where each connection begins with a handshake that can fail. */
export const overTls: Scenario = {
  id: 'over-tls',
  title: 'the same in order over TLS, whose handshakes take time and fail now and then',
  hosts,
  size,
  network: { handshakeFailure: 0.1 },
  faults,
  run: (world) => new Requests(world, 'in order', { tls: identity }).run(),
}

type Order = 'in order' | 'by id'

class Requests {
  readonly #world: World
  readonly #order: Order
  readonly #account: Account
  readonly #framing: Framing<Message, string>
  readonly #secure: { readonly tls?: typeof identity }

  constructor(world: World, order: Order, secure: { readonly tls?: typeof identity } = {}) {
    this.#world = world
    this.#order = order
    this.#secure = secure
    this.#account = new Account(world)
    this.#framing = pickFraming(world)
  }

  async run(): Promise<void> {
    const world = this.#world
    void world.host('server').start(() => this.#serve())
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      this.#connect(index),
    )
    const asking = clients.map((client, index) =>
      world.track(this.#keepAsking(client, index), `client ${index}`),
    )
    await world.sleep(until)
    // It is the network's own, so calm() leaves it. Two in a row would wait for up to a minute.
    for (const host of ['one', 'other']) world.condition(host, 'server', { handshakeFailure: 0 })
    await live(world, {
      'every client gets a reply': () =>
        Promise.all(clients.map((client, index) => this.#askUntilReply(client, index))),
    })
    await Promise.all(asking)
    await Promise.all(clients.map((client) => this.#close(client)))
    this.#account.settle()
  }

  async #serve(): Promise<void> {
    const world = this.#world
    const respond = async (text: string): Promise<string> => {
      const [id = ''] = text.split(' ')
      this.#account.carryOut(id.replace(/^\d+:/, ''))
      const chance = world.random()
      if (chance < 0.2) await world.sleep(world.integer(0, 50))
      else if (chance < 0.22) await world.sleep(world.integer(0, 6_000))
      return `re ${text}`
    }
    const take: Take =
      this.#order === 'in order'
        ? (_connection, text) => respond(text)
        : (connection, text) => {
            if (world.random() < 0.005) connection.reset()
            void respond(text).then((reply) => connection.send(reply).catch(() => undefined))
            return undefined
          }
    const server = createServer(
      { ...pickLimits(world), ...this.#secure, framing: this.#framing, onError: () => undefined },
      pickHandler(world, restless(world, take)),
    )
    await server.listen(this.#secure.tls === undefined ? 'tcp://*:8000' : 'tls://*:8000')
  }

  #connect(index: number): Client<Message, string> {
    const world = this.#world
    const { options } = world.host(index % 2 === 0 ? 'one' : 'other')
    const random = (): number => world.random()
    const scheme = this.#secure.tls === undefined ? 'tcp' : 'tls'
    return createClient<Message, string>(`${scheme}://${port}`, {
      ...pickLimits(world),
      ...options,
      random,
      framing: this.#framing,
      maxPending: world.pick([1, 3, 1_000]),
      maxQueued: world.pick([5, 10_000]),
      queueTimeout: world.integer(500, 30_000),
      requestTimeout: world.integer(500, 20_000),
      whileDown: world.pick(['queue', 'refuse'] as const),
      ...pickGreeting(world),
      ...(this.#order === 'in order'
        ? {}
        : {
            correlate: {
              identify: (text: string, sequence: number) => ({
                message: `${sequence}:${text}`,
                id: sequence,
              }),
              idOf: (message: Message) => Number.parseInt(textOf(message).slice(3), 10),
            },
          }),
    })
  }

  async #keepAsking(client: Client<Message, string>, index: number): Promise<void> {
    const world = this.#world
    const all: Promise<boolean>[] = []
    for (let number = 0; number < (world.size['requests'] ?? 1); number += 1) {
      if (world.random() < 0.6) await world.sleep(world.integer(0, 1_500))
      all.push(this.#ask(client, `${index}.${number}`))
      this.#look(client)
    }
    await Promise.all(all)
  }

  async #ask(client: Client<Message, string>, id: string): Promise<boolean> {
    const world = this.#world
    const abort = new AbortController()
    const { signal } = abort
    const gaveUp = world.random() < 0.2
    if (gaveUp) void world.sleep(world.integer(0, 800)).then(() => abort.abort())
    const long = world.random() < 0.05 ? world.integer(1, 40_000) : world.integer(0, 100)
    const text = `${id} ${'x'.repeat(long)}`
    const timeout = world.random() < 0.2 ? world.integer(1, 2_000) : undefined
    return this.#account.ask(id, `re ${text}`, async () => {
      const reply = textOf(await client.request(text, { signal, timeout }))
      return this.#order === 'in order' ? reply : reply.replace(/^re \d+:/, 're ')
    })
  }

  async #askUntilReply(client: Client<Message, string>, index: number): Promise<void> {
    for (let number = 0; ; number += 1) {
      if (await this.#ask(client, `${index}.last-${number}`)) return
      await this.#world.sleep(100)
    }
  }

  #look(client: Client<Message, string>): void {
    const { queued, pending } = client.info()
    this.#world.must(queued <= 10_000 && pending <= 1_000, 'a client is beyond its limits')
  }

  async #close(client: Client<Message, string>): Promise<void> {
    await this.#world.track(client.close(), 'close of a client')
    const { queued, queuedBytes, pending } = client.info()
    this.#world.must(
      queued + queuedBytes + pending === 0,
      `a closed client has ${queued} messages, ${queuedBytes} bytes and ${pending} requests left`,
    )
  }
}
