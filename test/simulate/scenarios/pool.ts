import { createPool, createServer, type Framing, type Lease, type Pool } from 'hawser'
import type { World } from 'hawser/simulate'
import { Account } from '../support/account.js'
import { attempt } from '../support/errors.js'
import { pickFraming } from '../support/limits.js'
import { live } from '../support/live.js'
import { pickSwitch, restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, textOf } from '../support/ways.js'

const endpoint = 'tcp://server:8000'
const until = 30_000

/** Callers that borrow connections of one pool, for conversations of several steps. */
export const pool: Scenario = {
  id: 'pool',
  title: 'conversations on lent connections never mix, whatever callers leave behind',
  hosts: ['server', 'client'],
  size: { callers: 4, conversations: 20 },
  faults: { every: 2_000, until },
  run: (world) => new Callers(world).run(),
}

class Callers {
  readonly #world: World
  readonly #account: Account
  readonly #max: number
  readonly #framing: Framing<Message, string>
  readonly #pool: Pool<Message, string>
  #conversations = 0

  constructor(world: World) {
    this.#world = world
    this.#account = new Account(world)
    this.#max = world.pick([1, 2, 4])
    this.#framing = pickFraming(world)
    this.#pool = createPool<Message, string>(endpoint, {
      ...world.host('client').options,
      random: () => world.random(),
      framing: this.#framing,
      max: this.#max,
      min: world.pick([0, 1]),
      maxWaiting: world.pick([2, 1_000]),
      maxIdleTime: world.integer(100, 30_000),
      maxAge: world.pick([2_000, 1_800_000]),
      acquireTimeout: world.integer(500, 10_000),
      requestTimeout: world.integer(500, 10_000),
      correlate: { isPush: (message) => textOf(message).startsWith('push') },
      ...this.#pickCallbacks(),
    })
  }

  async run(): Promise<void> {
    const world = this.#world
    void world.host('server').start(() => this.#serve())
    const callers = Array.from({ length: world.size['callers'] ?? 1 }, (_, index) =>
      world.track(this.#keepCalling(), `caller ${index}`),
    )
    await world.sleep(until)
    await live(world, { 'a conversation': () => this.#converseUntilWhole() })
    await Promise.all(callers)
    const { drained, forced } = await world.track(this.#pool.close(), 'close of the pool')
    world.must(drained === 0 && forced === 0, `${drained} and ${forced} leases were out at the end`)
    const { size, idle, leased, connecting, waiting } = this.#pool.info()
    world.must(
      size + idle + leased + connecting + waiting === 0,
      'a closed pool has something left',
    )
    this.#account.settle()
  }

  async #serve(): Promise<void> {
    const world = this.#world
    const server = createServer<Message, string, { owner: string }>(
      { framing: this.#framing, data: () => ({ owner: '' }), onError: () => undefined },
      pickHandler(
        world,
        restless(world, async (connection, text) => {
          const [verb = '', conversation = '', step = ''] = text.split(' ')
          const data = connection.data as { owner: string }
          if (step !== '') this.#account.carryOut(`${conversation} ${step}`)
          if (verb === 'begin') data.owner = conversation
          if (verb !== 'ping') {
            world.must(
              data.owner === conversation,
              `"${text}" came to a connection of ${data.owner}`,
            )
          }
          const chance = world.random()
          if (chance < 0.2) await world.sleep(world.integer(0, 200))
          else if (chance < 0.22) await world.sleep(world.integer(0, 8_000))
          if (world.random() < 0.005) connection.reset()
          // Nothing that is left behind may come to the next caller.
          if (verb === 'add' && world.random() < 0.3) connection.trySend(`push ${conversation}`)
          return `re ${text}`
        }),
      ),
    )
    await server.listen('tcp://*:8000')
  }

  #pickCallbacks(): object {
    const world = this.#world
    const ping = async (lease: Lease<Message, string>): Promise<boolean> => {
      const reply = textOf(await lease.request('ping'))
      world.must(reply === 're ping', `validate got "${reply}"`)
      return world.random() < 0.95
    }
    return world.pick([{}, { validate: ping }, { onConnect: ping }, pickSwitch(world, 1)])
  }

  async #keepCalling(): Promise<void> {
    const world = this.#world
    for (let number = 0; number < (world.size['conversations'] ?? 1); number += 1) {
      await world.sleep(world.integer(0, 1_500))
      await this.#converse()
    }
  }

  async #converseUntilWhole(): Promise<void> {
    while (!(await this.#converse())) await this.#world.sleep(100)
  }

  /** @returns whether all its steps were replied to */
  async #converse(): Promise<boolean> {
    const world = this.#world
    const name = `conversation-${(this.#conversations += 1)}`
    let isWhole = false
    const abort = new AbortController()
    if (world.random() < 0.15) void world.sleep(world.integer(0, 1_000)).then(() => abort.abort())
    const { signal } = abort
    await world.track(
      attempt(world, name, async () => {
        if (world.random() < 0.5) {
          const lease = await this.#pool.acquire({ signal })
          this.#look()
          try {
            isWhole = await this.#takeSteps(name, lease, signal)
          } finally {
            if (isWhole) lease.release()
            else lease.discard()
          }
        } else {
          await this.#pool.run(async (lease) => {
            isWhole = await this.#takeSteps(name, lease, signal)
            if (!isWhole && world.random() < 0.5) lease.discard()
          })
        }
      }),
      name,
    )
    this.#look()
    return isWhole
  }

  async #takeSteps(
    name: string,
    lease: Lease<Message, string>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const world = this.#world
    const steps: Promise<boolean>[] = []
    for (const [index, verb] of ['begin', 'add', 'commit'].entries()) {
      const text = `${verb} ${name} ${index}`
      const step = this.#account.ask(`${name} ${index}`, `re ${text}`, async () =>
        textOf(await lease.request(text, { signal })),
      )
      steps.push(step)
      if (world.random() < 0.5 && !(await step)) return false
      // What was left without a reply is the pool's to deal with.
      if (world.random() < 0.02) return false
      if (world.random() < 0.1) await world.sleep(world.integer(0, 500))
    }
    const isWhole = (await Promise.all(steps)).every(Boolean)
    if (world.random() < 0.6) await this.#takePushes(name, lease)
    return isWhole
  }

  /** Give the server's pushes a moment; giving the lease back ends the wait. */
  async #takePushes(name: string, lease: Lease<Message, string>): Promise<void> {
    const world = this.#world
    const next = world.track(lease[Symbol.asyncIterator]().next(), `${name}: its next push`)
    const checked = next.then(({ value }) =>
      world.must(
        value === undefined || textOf(value) === `push ${name}`,
        `${name} was pushed "${textOf(value ?? '')}"`,
      ),
    )
    checked.catch(() => undefined)
    await Promise.race([checked, world.sleep(world.integer(0, 5))])
  }

  #look(): void {
    const { size, idle, leased, connecting } = this.#pool.info()
    this.#world.must(
      size + connecting <= this.#max && idle + leased <= size,
      `a pool of ${this.#max} has ${size} connections, ${idle} idle and ${leased} lent, and makes ${connecting}`,
    )
  }
}
