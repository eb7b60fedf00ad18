import {
  connect,
  type ConnectionOptions,
  createServer,
  type Framing,
  lines,
  raw,
  relay as relayBetween,
} from 'hawser'
import type { HostProcess, World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { Ledger } from '../support/ledger.js'
import { maxFrame, pickLimits } from '../support/limits.js'
import { live } from '../support/live.js'
import { pauseAtTimes, restless, switchOver } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { pickHandler, pickMessages, type TextConnection } from '../support/ways.js'

const until = 20_000
/** A relay that is killed ends in order for those who hear it, in the middle of a line too. */
const whole = lines({ maxFrame, unterminated: 'discard' })

/** Clients that talk to a server through a third machine. */
export const relay: Scenario = {
  id: 'relay',
  title: 'a relay passes on all bytes, each end, and each break, and lets go of both sides',
  hosts: ['client', 'middle', 'server'],
  size: { clients: 3, messages: 30 },
  faults: { every: 1_500, until },
  run: (world) => new Relaying(world).run(),
}

class Relaying {
  readonly #world: World
  readonly #ledger: Ledger
  /** How often a program of the two was started. */
  #runs = 0
  #relays = 0
  #sessions = 0

  constructor(world: World) {
    this.#world = world
    this.#ledger = new Ledger(world)
  }

  async run(): Promise<void> {
    const world = this.#world
    void world.host('server').start(() => this.#serve())
    const middle = world.host('middle')
    // One that is never killed has to come to an end with every relay.
    if (world.random() < 0.5) void middle.start((process) => this.#relay(process))
    const closing = middle.hasProgram ? undefined : await this.#relay(middle)
    const clients: Record<string, () => Promise<unknown>> = {}
    for (let index = 0; index < (world.size['clients'] ?? 1); index += 1) {
      const name = `client ${index}`
      const talking = world.track(this.#keepTalking(name), name)
      clients[name] = () => talking
    }
    await world.sleep(until)
    await live(world, { ...clients, 'a new client that talks': () => this.#talkUntilWhole() })
    if (closing === undefined) return
    await closing()
    const over = async (): Promise<void> => {
      while (this.#relays > 0) await world.sleep(100)
    }
    await live(world, { 'the end of every relay': over })
  }

  async #serve(): Promise<void> {
    const world = this.#world
    this.#runs += 1
    const server = createServer(
      { ...pickLimits(world), framing: whole, onError: () => undefined },
      pickHandler(
        world,
        restless(world, async (_connection, text) => {
          if (world.random() < 0.02) await world.sleep(world.integer(0, 3_000))
          return text
        }),
      ),
    )
    await server.listen('tcp://*:9000')
  }

  /** The relay itself needs no framing. */
  #plain(): ConnectionOptions & { framing: Framing<Uint8Array, Uint8Array | string> } {
    return { ...pickLimits(this.#world), framing: raw({ maxFrame }) }
  }

  /** @returns closes it */
  async #relay({ options }: Pick<HostProcess, 'options'>): Promise<() => Promise<void>> {
    const world = this.#world
    this.#runs += 1
    const server = createServer(
      { ...this.#plain(), ...options, onError: () => undefined },
      async (inner) => {
        const abort = new AbortController()
        if (world.random() < 0.05)
          void world.sleep(world.integer(0, 3_000)).then(() => abort.abort())
        this.#relays += 1
        await attempt(world, 'a relay', async () => {
          const outer = await connect('tcp://server:9000', {
            ...this.#plain(),
            ...options,
            connectTimeout: 3_000,
          })
          const { aToB, bToA, a, b } = await relayBetween(inner, outer, { signal: abort.signal })
          world.must(
            aToB <= a.bytesRead && bToA <= b.bytesRead,
            `a relay passed on ${aToB} of ${a.bytesRead} bytes, and ${bToA} of ${b.bytesRead}`,
          )
          world.must(
            aToB === b.bytesWritten && bToA === a.bytesWritten,
            `a relay passed on ${aToB} and ${bToA} bytes, and sent ${b.bytesWritten} and ${a.bytesWritten}`,
          )
          const isWhole = a.reason === 'ended' && b.reason === 'ended'
          world.must(
            !isWhole || (a.undelivered === 0 && b.undelivered === 0),
            `a relay that ended in order left ${a.undelivered} and ${b.undelivered} bytes`,
          )
        })
        this.#relays -= 1
      },
    )
    await server.listen('tcp://*:8000')
    return async () => {
      await world.track(server.close(), 'close of the relay')
    }
  }

  async #keepTalking(name: string): Promise<void> {
    while (this.#world.now() < until) {
      await this.#world.sleep(this.#world.integer(0, 2_000))
      await this.#talk(name)
    }
  }

  async #talkUntilWhole(): Promise<void> {
    while (!(await this.#talk('last'))) await this.#world.sleep(100)
  }

  /** @returns whether all came back, and both sides ended in order */
  async #talk(name: string): Promise<boolean> {
    const world = this.#world
    const channel = `${name}, session ${(this.#sessions += 1)}`
    const { options } = world.host('client')
    const run = this.#runs
    const made: TextConnection[] = []
    await attempt(world, channel, async () => {
      made.push(
        await connect('tcp://middle:8000', {
          ...pickLimits(world),
          ...options,
          framing: whole,
        }),
      )
    })
    const [connection] = made
    if (connection === undefined) return false
    if (world.random() < 0.2) {
      const failure = await attempt(world, channel, () => switchOver(world, connection))
      if (failure !== undefined || connection.phase !== 'open') {
        await world.track(connection.close(), `${channel}: close`)
        return false
      }
    }
    const said = world.track(this.#say(connection, channel), `${channel}: its sends`)
    await attempt(world, channel, () => this.#listen(connection, channel))
    await said
    const info = await world.track(connection.close(), `${channel}: close`)
    this.#ledger.settle(channel, false)
    const isUp = world.host('server').isRunning && run === this.#runs
    const isWhole = this.#ledger.heard(channel) === this.#ledger.sent(channel)
    return isUp && isWhole && info.reason === 'ended'
  }

  async #say(connection: TextConnection, channel: string): Promise<void> {
    const world = this.#world
    const all = world.integer(0, world.size['messages'] ?? 1)
    await attempt(world, channel, async () => {
      for (let number = 0; number < all; number += 1) {
        if (world.random() < 0.1) await world.sleep(world.integer(0, 400))
        await connection.send(textFor(channel, this.#ledger.send(channel)))
      }
      if (world.random() < 0.1) connection.reset()
      else await connection.end()
    })
  }

  async #listen(connection: TextConnection, channel: string): Promise<void> {
    const world = this.#world
    for await (const text of pickMessages(world, connection)) {
      const number = this.#ledger.heard(channel)
      world.must(text === textFor(channel, number), `${channel} heard "${text.slice(0, 60)}"`)
      this.#ledger.hear(channel, number)
      pauseAtTimes(world, connection)
      if (world.random() < 0.02) await world.sleep(world.integer(0, 3_000))
    }
  }
}

/** Most are short, and some do not fit into one packet, or into a buffer. */
function textFor(channel: string, number: number): string {
  const length = number % 7 === 6 ? (number * 3_989) % 50_000 : number % 50
  return `${channel}: ${number} ${'x'.repeat(length)}`
}
