import fc from 'fast-check'
import { type Connection, createPool, HawserError, type Lease, lines, type Pool } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { portOf, serve } from '../server/support/serving.js'
import { runs } from '../../../../test/support/property-runs.js'

forbidStrayErrors()

type Texts = Lease<string, string>

/** Somebody who has asked for a connection. */
interface Caller {
  readonly abort: AbortController
}

const refusals = new Set([
  'HAWSER_ABORTED',
  'HAWSER_ACQUIRE_TIMEOUT',
  'HAWSER_POOL_EXHAUSTED',
  'HAWSER_POOL_CLOSED',
])

type Step =
  | { readonly does: 'acquire' }
  | { readonly does: 'turn' }
  | { readonly does: 'release' | 'discard' | 'ask' | 'abort' | 'kill'; readonly which: number }
  | { readonly does: 'advance'; readonly time: number }

const which = fc.nat(20)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ does: 'acquire' } as const) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('release' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('discard' as const), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('ask' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('abort' as const), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('kill' as const), which }) },
  { weight: 3, arbitrary: fc.constant({ does: 'turn' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('advance' as const), time: fc.nat(3_000) }),
  },
)

/** What the world looks like from outside of a pool, and the rules that hold at any moment. */
class World {
  readonly clock = new VirtualClock()
  readonly pool: Pool<string, string>
  readonly max: number
  /** Those who wait, in the order they asked. */
  readonly waiting: Caller[] = []
  readonly leases: Texts[] = []
  /** What was lent against the rules. */
  readonly wrongs: string[] = []
  isClosing = false
  readonly #theirs: () => Iterable<Connection<string, string>>
  #asked = 0

  constructor(
    port: number,
    max: number,
    min: number,
    validates: boolean,
    theirs: () => Iterable<Connection<string, string>>,
  ) {
    this.max = max
    this.#theirs = theirs
    this.pool = createPool<string, string>(`127.0.0.1:${port}`, {
      framing: lines(),
      clock: this.clock,
      random: () => 0.5,
      max,
      min,
      maxWaiting: 5,
      maxIdleTime: 2_000,
      maxAge: 9_000,
      validate: validates ? async (lease) => (await lease.request('ok?')) === 're ok?' : undefined,
    })
  }

  async take(step: Step): Promise<void> {
    if (step.does === 'acquire') this.#acquire()
    else if (step.does === 'turn') await new Promise(setImmediate)
    else if (step.does === 'advance') await this.clock.advance(step.time)
    else await this.#act(step.does, step.which)
    this.check()
  }

  check(): void {
    expect(this.wrongs).toEqual([])
    const { size, idle, leased, connecting, waiting } = this.pool.info()
    expect(size + connecting).toBeLessThanOrEqual(this.max)
    expect(idle + leased).toBeLessThanOrEqual(size)
    expect(waiting).toBeLessThanOrEqual(this.max + 5)
    const ids = this.leases.map(({ connection }) => connection.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(leased).toBe(this.leases.filter(isAlive).length)
  }

  #acquire(): void {
    const caller: Caller = { abort: new AbortController() }
    this.waiting.push(caller)
    const leave = (): void => void this.waiting.splice(this.waiting.indexOf(caller), 1)
    void this.pool.acquire({ signal: caller.abort.signal }).then(
      (lease) => {
        const { phase } = lease.connection
        if (this.waiting[0] !== caller) this.wrongs.push('somebody overtook the first who waits')
        if (phase !== 'open' && !this.isClosing) this.wrongs.push(`lent while ${phase}`)
        leave()
        this.leases.push(lease)
      },
      (error: unknown) => {
        const code = error instanceof HawserError ? error.code : String(error)
        if (!refusals.has(code)) this.wrongs.push(code)
        leave()
      },
    )
  }

  async #act(
    does: 'release' | 'discard' | 'ask' | 'abort' | 'kill',
    number: number,
  ): Promise<void> {
    if (does === 'abort') this.waiting[number % this.waiting.length]?.abort.abort()
    else if (does === 'kill') {
      const theirs = [...this.#theirs()]
      theirs[number % theirs.length]?.reset()
    } else {
      const at = number % this.leases.length
      const lease = this.leases[at]
      if (lease === undefined) return
      if (does === 'ask') return this.#ask(lease)
      this.leases.splice(at, 1)
      if (does === 'release') lease.release()
      else lease.discard()
    }
    // A caller that was aborted learns of it in a microtask.
    await Promise.resolve()
  }

  async #ask(lease: Texts): Promise<void> {
    this.#asked += 1
    const word = `question ${this.#asked}`
    const reply = await lease
      .request(word)
      .catch((error: unknown) => (error instanceof HawserError ? error.code : error))
    expect([`re ${word}`, 'HAWSER_DISCONNECTED', 'HAWSER_NOT_CONNECTED']).toContain(reply)
  }
}

function isAlive({ connection }: Texts): boolean {
  return connection.phase !== 'closed'
}

it('never overshoots, lends no dead connection, serves in order and leaks nothing, whatever happens', async () => {
  const server = await serve(
    { framing: lines() },
    { message: (connection, message) => connection.send(`re ${message}`) },
  )
  const theirs = (): Iterable<Connection<string, string>> => server.connections
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 1 }),
      fc.boolean(),
      fc.array(anyStep, { minLength: 5, maxLength: 60 }),
      async (max, min, validates, steps) => {
        const world = new World(portOf(server), max, min, validates, theirs)
        const { clock, pool, leases, waiting } = world
        try {
          for (const each of steps) await world.take(each)
        } finally {
          world.isClosing = true
          for (const lease of leases.splice(0)) lease.release()
          await pool.close({ drain: 0 })
          for (const lease of leases.splice(0)) lease.release()
        }
        await until(() => waiting.length === 0)
        expect(world.wrongs).toEqual([])
        expect(pool.info()).toMatchObject({
          size: 0,
          idle: 0,
          leased: 0,
          connecting: 0,
          waiting: 0,
        })
        expect(clock.pending).toBe(0)
        await until(() => server.connections.size === 0)
      },
    ),
    runs(150),
  )
}, 60_000)
