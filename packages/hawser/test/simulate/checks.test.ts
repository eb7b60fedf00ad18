import { connect, createServer, lines } from 'hawser'
import { explore, shrink, simulate, SimulationError, type World } from 'hawser/simulate'
import { describe, expect, it } from 'vitest'

const hosts = ['server', 'client']

/** What a simulation fails with. */
async function failureOf(running: Promise<unknown>): Promise<SimulationError> {
  const error = await running.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof SimulationError) return error
  throw error
}

/** Requests over a network on which much goes wrong; what a run comes to. */
async function chatter(world: World): Promise<number> {
  void world.host('server').start(async ({ options }) => {
    const server = createServer(
      { ...options, framing: lines() },
      { message: (connection, line) => connection.trySend(line) },
    )
    await server.listen('tcp://*:8000')
  })
  let heard = 0
  while (world.now() < 20_000) {
    try {
      const connection = await connect('tcp://server:8000', {
        ...world.host('client').options,
        framing: lines(),
        connectTimeout: 2_000,
        idleTimeout: 2_000,
      })
      await connection.send(`${world.random()}`)
      for await (const line of connection) {
        heard += line.length
        if (world.now() > 20_000) break
        await connection.send(`${world.random()}`)
      }
    } catch {
      await world.sleep(200)
    }
  }
  return heard
}

describe('the same seed', () => {
  it('takes the same course, and another one another', async () => {
    const run = async (seed: number): Promise<unknown[]> => {
      const { hash, result, time, events } = await simulate({ seed, hosts, faults: true }, chatter)
      return [hash, result, time, events]
    }
    const first = await run(3)
    expect(await run(3)).toEqual(first)
    expect(await run(4)).not.toEqual(first)
  })

  it('takes the same course with its faults listed', async () => {
    const made = await simulate({ seed: 3, hosts, faults: true }, chatter)
    const listed = await simulate({ seed: 3, hosts, faults: made.faults }, chatter)
    expect(made.faults.length).toBeGreaterThan(3)
    expect(listed.hash).toBe(made.hash)
  })

  it('takes the same course beside others', async () => {
    const options = { seed: 3, hosts, faults: true } as const
    const [one, other] = await Promise.all([simulate(options, chatter), simulate(options, chatter)])
    expect(one.hash).toBe(other.hash)
  })
})

describe('a simulation fails', () => {
  const cases: Record<string, readonly [(world: World) => unknown, RegExp]> = {
    'when its program throws': [
      () => {
        throw new TypeError('a slip')
      },
      /^the program failed: a slip, after 0 ms/,
    ],
    "when a host's program rejects": [
      (world) => world.host('server').start(() => Promise.reject(new Error('no'))),
      /^the program of server failed: no, after 0 ms/,
    ],
    'when what must be is not': [
      (world) => world.must(1 + 1 === 3, 'sums are wrong'),
      /^sums are wrong/,
    ],
    'when what must come in time does not': [
      (world) => world.within(500, world.sleep(501), 'a reply'),
      /^a reply: not within 500 ms, after 500 ms/,
    ],
    'when a promise rejects unhandled': [
      async (world) => {
        void Promise.reject(new Error('unseen'))
        await world.sleep(1)
      },
      /^a promise rejected unhandled/,
    ],
    'when a callback throws': [
      async (world) => {
        setTimeout(() => {
          throw new Error('unseen')
        }, 10)
        await world.sleep(20)
      },
      /^an exception was not caught: unseen, after 10 ms/,
    ],
    'when it waits for what never comes': [
      () => new Promise(() => undefined),
      /^the program waits for something that never comes: .* no timer is left/,
    ],
    'when it waits over and over without delay': [
      async (world) => {
        for (;;) await world.sleep(0)
      },
      /^time stands still: .* sleep\(0\); let it wait for a millisecond or more, after 0 ms/,
    ],
    'when what it leaves behind waits over and over without delay': [
      (world) => {
        const again = (): void => void world.host('client').options.clock.schedule(again, 0, true)
        again()
      },
      /^time stands still/,
    ],
    'when it never ends': [
      async (world) => {
        for (;;) await world.sleep(60_000)
      },
      /^the program has not returned after 3600000 ms, which is its limit/,
    ],
    'when a tracked promise is pending at its end': [
      (world) => void world.track(new Promise(() => undefined), 'the reply to 7'),
      /^a promise is pending: the reply to 7/,
    ],
    'when a server is left listening': [
      (world) => createServer({ ...world.host('server').options }).listen('tcp://*:8000'),
      /^1 sockets of server are open/,
    ],
    'when a timer is left': [
      (world) => void world.host('client').options.clock.schedule(() => undefined, 1e9, true),
      /^1 timers of client wait/,
    ],
  }

  it.each(Object.entries(cases))('%s', async (_when, [program, says]) => {
    const { message, failure } = await failureOf(simulate({ seed: 9, hosts }, program))
    expect(message).toMatch(says)
    expect(failure.options).toMatchObject({ seed: 9, hosts, faults: [] })
  })

  it('within another one', async () => {
    const inner = simulate({ seed: 1, hosts }, () => simulate({ seed: 2, hosts }, () => undefined))
    expect((await failureOf(inner)).cause).toMatchObject({
      message: 'a simulation cannot run within another one',
    })
  })
})

describe('a failure', () => {
  /** Fails when the way was cut at some time, whatever else was. */
  async function fragile(world: World): Promise<void> {
    for (let step = 0; step < (world.size['steps'] ?? 1); step += 1) {
      const { network } = world.host('client').options
      await network
        .dial({ kind: 'tcp', host: 'server', port: 1 }, { signal: AbortSignal.timeout(300) })
        .catch((error: Error) => world.must(error.name !== 'TimeoutError', 'nothing was heard'))
      await world.sleep(100)
    }
  }

  it('is made smaller: one fault is left, and fewer steps', async () => {
    const faults = { every: 400, until: 5_000 }
    const options = { hosts: [...hosts, 'idle'], faults, size: { steps: 300 } }
    const error = await failureOf(explore({ ...options, seeds: 20 }, fragile))
    const left = error.failure.options as {
      readonly faults: readonly { readonly kind: string }[]
      readonly size: { readonly steps: number }
      readonly seed: number
    }
    expect(left.faults).toHaveLength(1)
    expect(left.size.steps).toBeLessThan(300)
    expect(error.failure.options['hosts']).toEqual(hosts)
    const again = await failureOf(
      simulate(error.failure.options as unknown as Parameters<typeof simulate>[0], fragile),
    )
    expect(again.failure.hash).toBe(error.failure.hash)
    expect(left.seed).toBeGreaterThan(0)
  })

  it('keeps the hosts that its program needs', async () => {
    const error = await failureOf(
      explore({ seeds: 1, hosts: [...hosts, 'idle'] }, async (world) => {
        world.host('server')
        await connect('tcp://server:8000', { ...world.host('client').options })
      }),
    )
    expect(error.message).toMatch(/^the program failed: cannot connect to tcp:\/\/server:8000/)
    expect(error.failure.options['hosts']).toEqual(hosts)
  })

  it('keeps of the network and of the clocks what it needs', async () => {
    const options = {
      seed: 1,
      hosts: { one: { clockOffset: 5, clockRate: 1.01 }, other: { clockOffset: 7 } },
      network: { latency: 20, jitter: 3, chunkSize: 100 },
    }
    const differs = (world: World): void => {
      const { clock } = world.host('one').options
      world.must(clock.now() !== 5, 'the clock of one is ahead')
    }
    const error = await failureOf(simulate(options, differs))
    const { failure } = await shrink(error, differs)
    expect(failure.options).toMatchObject({ hosts: { one: { clockOffset: 5 } }, network: {} })
    expect(JSON.stringify(failure.options)).not.toMatch(/clockRate|jitter|chunkSize/)
  })

  it('stays as it is when no try is left', async () => {
    const options = { seed: 1, hosts, size: { steps: 5 } }
    const error = await failureOf(simulate(options, (world) => world.must(false, 'as it is')))
    expect(await shrink(error, (world) => world.must(false, 'as it is'), { tries: 0 })).toBe(error)
  })
})

describe('options that cannot work', () => {
  it.each([
    [{ seed: -1, hosts }, 'seed is -1; give a whole number from 0 to 4,294,967,295'],
    [{ seed: 1, hosts: [] }, 'hosts has no host; name at least one'],
    [{ seed: 1, hosts: ['two words'] }, 'hosts has "two words"'],
    [{ seed: 1, hosts, network: { loss: 1 } }, 'loss is 1; give a share from 0 to 0.9'],
    [{ seed: 1, hosts, limit: 0 }, 'limit is 0; give milliseconds above 0'],
    [{ seed: 1, hosts, faultz: true }, 'faultz is not an option: did you mean faults?'],
    [{ seed: 1 }, 'hosts is undefined; give names, or options by name'],
    [{ seed: 1, hosts: ['a', 'a'] }, 'hosts has a name twice; each is one host'],
    [{ seed: 1, hosts: { a: { backlog: -5 } } }, 'hosts has backlog -5 for a'],
    [{ seed: 1, hosts: { a: { maxDescriptors: 'x' } } }, 'hosts has maxDescriptors "x" for a'],
    [{ seed: 1, hosts: { a: { clockOffset: Number.NaN } } }, 'hosts has clockOffset NaN for a'],
    [{ seed: 1, hosts, size: { n: 'x' } }, 'size.n is "x"; give a number'],
    [{ seed: 1, hosts, faults: { evry: 1 } }, 'faults.evry is not an option: did you mean every?'],
    [{ seed: 1, hosts, faults: { every: 0 } }, 'faults.every is 0; give milliseconds, 1 or more'],
    [{ seed: 1, hosts, faults: { until: Infinity } }, 'faults.until is Infinity'],
    [{ seed: 1, hosts, faults: { kinds: ['nosuch'] } }, 'faults.kinds is "nosuch"; there is cut,'],
    [{ seed: 1, hosts, faults: [{ kind: 'explode', at: 1 }] }, 'faults[0].kind is "explode"'],
    [{ seed: 1, hosts, faults: [3] }, 'faults[0] is 3; give an object with kind and at'],
    [
      { seed: 1, hosts, faults: [{ kind: 'kill', at: Number.NaN, for: 1, host: 'server' }] },
      'faults[0].at is NaN',
    ],
    [
      { seed: 1, hosts, faults: [{ kind: 'kill', at: 1, for: 1, host: 'other' }] },
      'faults[0].host is "other"; there is server, client',
    ],
    [
      { seed: 1, hosts, faults: [{ kind: 'cut', at: 1, for: 1, from: 'server', to: 'x' }] },
      'faults[0].to is "x"',
    ],
  ])('are refused: %o', async (options, says) => {
    await expect(simulate(options as never, () => undefined)).rejects.toMatchObject({
      code: 'HAWSER_INVALID_OPTION',
      message: expect.stringContaining(says) as string,
    })
  })
})
