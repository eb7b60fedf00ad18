import { connect, createServer, type Framing, netstring } from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { Ledger } from '../support/ledger.js'
import { maxFrame, pickFraming, pickLimits } from '../support/limits.js'
import { live } from '../support/live.js'
import type { Scenario } from '../support/scenario.js'
import {
  type Message,
  pickHandler,
  pickMessages,
  type TextConnection,
  textOf,
} from '../support/ways.js'

const endpoint = 'tcp://server:8000'
const until = 20_000

/** Clients that connect, say much at once, and read what comes back, in every way. */
export const echo: Scenario = {
  id: 'echo',
  title: 'messages come back, in order and none twice, as long as a connection lasts',
  hosts: ['server', 'one', 'other'],
  size: { clients: 3, messages: 30 },
  faults: { every: 1_500, until },
  async run(world) {
    const runs: Runs = { count: 0 }
    const framing = pickFraming(world)
    void world.host('server').start(async () => {
      runs.count += 1
      const server = createServer(
        { ...pickLimits(world), framing, onError: () => undefined },
        pickHandler(world, async (connection, text) => {
          if (world.random() < 0.02) await world.sleep(world.integer(0, 3_000))
          if (text === 'switch') {
            const sent = connection.send(text)
            connection.switchFraming(netstring({ maxFrame }))
            await sent
            return undefined
          }
          return text
        }),
      )
      await server.listen('tcp://*:8000')
    })
    const echoing = new Echo(world, framing, runs)
    const clients: Record<string, () => Promise<unknown>> = {}
    for (let index = 0; index < (world.size['clients'] ?? 1); index += 1) {
      const name = `client ${index}`
      const talking = world.track(echoing.keepTalking(name), name)
      clients[name] = () => talking
    }
    await world.sleep(until)
    await live(world, {
      ...clients,
      'a new client that talks': () => echoing.talkUntilWhole('last'),
    })
  },
}

/** The server's processes. */
interface Runs {
  count: number
}

class Echo {
  readonly #world: World
  readonly #framing: Framing<Message, string>
  readonly #runs: Readonly<Runs>
  readonly #ledger: Ledger
  #sessions = 0

  constructor(world: World, framing: Framing<Message, string>, runs: Readonly<Runs>) {
    this.#world = world
    this.#framing = framing
    this.#runs = runs
    this.#ledger = new Ledger(world)
  }

  async keepTalking(name: string): Promise<void> {
    while (this.#world.now() < until) {
      await this.#world.sleep(this.#world.integer(0, 2_000))
      await this.#talk(name)
    }
  }

  async talkUntilWhole(name: string): Promise<void> {
    while (!(await this.#talk(name))) await this.#world.sleep(100)
  }

  /** @returns whether all came back, and both sides ended in order */
  async #talk(name: string): Promise<boolean> {
    const world = this.#world
    const channel = `${name}, session ${(this.#sessions += 1)}`
    const run = this.#runs.count
    const connection = await this.#connect(channel)
    if (connection === undefined) return false
    const said = this.#say(connection, channel)
    await attempt(world, channel, () => this.#listen(connection, channel))
    await world.track(said, `${channel}: its sends`)
    await world.track(
      connection.flush().catch(() => undefined),
      `${channel}: flush`,
    )
    const info = await world.track(connection.close(), `${channel}: close`)
    const isUp = run === this.#runs.count && world.host('server').isRunning
    const isWhole = isUp && info.reason === 'ended' && info.by === 'local'
    this.#ledger.settle(channel, isWhole)
    return isWhole
  }

  /** Some give up before there is a connection, and some go on with another framing. */
  async #connect(channel: string): Promise<TextConnection | undefined> {
    const world = this.#world
    const abort = new AbortController()
    if (world.random() < 0.1) void world.sleep(world.integer(0, 10)).then(() => abort.abort())
    const { signal } = abort
    const isPong = (message: Message): boolean => textOf(message) === 'ping'
    const beats = world.random() < 0.3
    const heartbeat = beats ? { every: 5_000, ping: 'ping', isPong } : undefined
    const made: TextConnection[] = []
    const connecting = attempt(world, channel, async () => {
      const { options } = world.host(world.pick(['one', 'other']))
      const framing = this.#framing
      const limits = pickLimits(world)
      made.push(await connect(endpoint, { ...limits, ...options, framing, signal, heartbeat }))
    })
    await world.track(connecting, `${channel}: connect`)
    const [connection] = made
    // The reply to a ping that left before the switch would come in the framing behind it.
    if (connection === undefined || world.random() < 0.8 || beats) return connection
    await attempt(world, channel, async () => {
      await connection.send('switch')
      for await (const reply of connection) {
        world.must(textOf(reply) === 'switch', `${channel} heard "${textOf(reply)}" to "switch"`)
        break
      }
    })
    return connection.switchFraming(netstring({ maxFrame }))
  }

  async #say(connection: TextConnection, channel: string): Promise<void> {
    const world = this.#world
    const all = world.integer(0, world.size['messages'] ?? 1)
    const send = this.#pickSend(connection)
    let last: Promise<unknown> = Promise.resolve()
    await attempt(world, channel, async () => {
      for (let number = 0; number < all; number += 1) {
        if (world.random() < 0.1) await world.sleep(world.integer(0, 400))
        if (world.random() < 0.02) void this.#pause(connection)
        last = send(this.#text(channel, this.#ledger.send(channel)))
        if (world.random() < 0.7) await last
        else last.catch(() => undefined)
      }
      await last
      if (world.random() < 0.05) connection.reset()
      else await connection.end()
    })
  }

  #pickSend(connection: TextConnection): (text: string) => Promise<unknown> {
    const way = this.#world.pick(['send', 'trySend', 'writable'] as const)
    if (way === 'writable') {
      const writer = connection.writable.getWriter()
      writer.closed.catch(() => undefined)
      return (text) => writer.write(text)
    }
    if (way === 'send') return (text) => connection.send(text)
    // One after another, or a later one would overtake one that waits for room.
    let last: Promise<void> = Promise.resolve()
    const send = async (text: string): Promise<void> => {
      if (connection.trySend(text)) return
      await connection.send(text)
    }
    return (text) => (last = last.then(() => send(text)))
  }

  async #pause(connection: TextConnection): Promise<void> {
    connection.pause()
    await this.#world.sleep(this.#world.integer(0, 2_000))
    connection.resume()
  }

  async #listen(connection: TextConnection, channel: string): Promise<void> {
    const world = this.#world
    for await (const text of pickMessages(world, connection)) {
      const number = this.#ledger.heard(channel)
      world.must(text === this.#text(channel, number), `${channel} heard "${text.slice(0, 60)}"`)
      this.#ledger.hear(channel, number)
      if (world.random() < 0.02) await world.sleep(world.integer(0, 3_000))
    }
  }

  /** Most are short, and some do not fit into one packet, or into a buffer. */
  #text(channel: string, number: number): string {
    const length = number % 7 === 6 ? (number * 3_989) % 50_000 : number % 50
    return `${channel}: ${number} ${'x'.repeat(length)}`
  }
}
