import runtime from 'node:process'
import wait from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Connection, connect, createServer, lines, type Server } from 'hawser'
import { type HostProcess, simulate, type World } from 'hawser/simulate'
import { describe, expect, it } from 'vitest'

const hosts = ['server', 'client']
const endpoint = 'tcp://server:8000'

/** A server of lines that says each line again. */
async function serve({
  options,
}: {
  readonly options: HostProcess['options']
}): Promise<Server<string, string>> {
  const server = createServer(
    { ...options, framing: lines() },
    { message: (connection, line) => connection.trySend(line) },
  )
  await server.listen('tcp://*:8000')
  return server
}

/** A server that says nothing, and keeps open what the other side has ended. */
async function serveSilently(): Promise<void> {
  const server = createServer(
    { framing: lines(), allowHalfOpen: true },
    () => new Promise(() => undefined),
  )
  await server.listen('tcp://*:8000')
}

async function dial(world: World, more = {}): Promise<Connection<string, string>> {
  return connect(endpoint, { ...world.host('client').options, framing: lines(), ...more })
}

/** The next line. */
async function hear(connection: AsyncIterable<string>): Promise<string | undefined> {
  for await (const line of connection) return line
  return undefined
}

/** What a connection is told is its end. */
async function endOf(connection: Connection<string, string>): Promise<string> {
  const { by, reason } = await connection.closed
  return `${reason} by ${by}`
}

describe('a simulated network', () => {
  it('takes a round trip to connect, and another one to ask', async () => {
    await simulate({ seed: 1, hosts, network: { latency: 20 } }, async (world) => {
      const server = await serve(world.host('server'))
      const connection = await dial(world)
      expect(world.now()).toBe(40)
      await connection.send('hello')
      expect(await hear(connection)).toBe('hello')
      expect(world.now()).toBe(80)
      await connection.close()
      await server.close()
    })
  })

  it('knows the hosts by their names and addresses, and says what it does not know', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const { options, address } = world.host('client')
      expect(address).toBe('10.0.0.2')
      const codes = await Promise.all(
        [endpoint, 'tcp://nowhere:1', 'tcp://192.0.2.1:1', 'tcp://10.0.0.1:9'].map((to) =>
          connect(to, options).then(
            () => 'connected',
            ({ code }: { code: string }) => code,
          ),
        ),
      )
      expect(codes).toEqual([
        'HAWSER_CONNECT_REFUSED',
        'HAWSER_DNS_FAILED',
        'HAWSER_CONNECT_FAILED',
        'HAWSER_CONNECT_REFUSED',
      ])
    })
  })

  it('holds back what is sent over a way that is cut, until it is mended', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const server = await serve(world.host('server'))
      const connection = await dial(world)
      const mend = world.cut('client', 'server', { oneWay: true })
      await connection.send('late')
      const reply = hear(connection)
      await world.sleep(5_000)
      mend()
      expect(await reply).toBe('late')
      expect(world.now()).toBeGreaterThan(5_000)
      await connection.close()
      await server.close()
    })
  })

  it('tries again to connect, as TCP does, and gives up after 127 s', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const server = await serve(world.host('server'))
      const mend = world.cut('client', 'server')
      const late = dial(world, { connectTimeout: Infinity })
      await world.sleep(2_500)
      mend()
      await (await late).close()
      expect(world.now()).toBeGreaterThan(3_000)
      expect(world.now()).toBeLessThan(3_100)
      world.cut('client', 'server')
      const began = world.now()
      await expect(dial(world, { connectTimeout: Infinity })).rejects.toMatchObject({
        code: 'HAWSER_CONNECT_TIMEOUT',
      })
      expect(world.now() - began).toBe(127_000)
      await server.close()
    })
  })

  it('resets the connections between two hosts, at both ends', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const server = await serve(world.host('server'))
      const connection = await dial(world)
      await connection.send('hello')
      expect(await hear(connection)).toBe('hello')
      const other = await dial(world)
      world.reset('client', 'server')
      void other.send('lost')
      expect(await endOf(other)).toBe('reset by remote')
      await server.close()
    })
  })

  it('loses packets, which arrive later and in order', async () => {
    await simulate({ seed: 1, hosts, network: { loss: 0.5 } }, async (world) => {
      const server = await serve(world.host('server'))
      const connection = await dial(world)
      const said = Array.from({ length: 50 }, (_, index) => `${index}`)
      const heard: string[] = []
      for (const line of said) {
        await connection.send(line)
        await world.sleep(10)
      }
      for await (const line of connection) if (heard.push(line) === said.length) break
      expect(heard).toEqual(said)
      expect(world.now()).toBeGreaterThan(700)
      await server.close()
    })
  })
})

describe('a process that is killed', () => {
  it('has its connections closed by the system, runs no further, and starts again', async () => {
    const began: number[] = []
    await simulate({ seed: 1, hosts }, async (world) => {
      const host = world.host('server')
      let ticks = 0
      void host.start(async (process) => {
        began.push(world.now())
        await serve(process)
        for (;;) {
          await process.sleep(100)
          ticks += 1
        }
      })
      const connection = await dial(world)
      await world.sleep(1_000)
      host.kill()
      expect(await endOf(connection)).toBe('ended by remote')
      const counted = ticks
      await world.sleep(5_000)
      expect(ticks).toBe(counted)
      await expect(dial(world)).rejects.toMatchObject({ code: 'HAWSER_CONNECT_REFUSED' })
      host.boot()
      await (await dial(world)).close()
    })
    expect(began.length).toBe(2)
  })
})

describe('a host that loses its power', () => {
  it.each([
    ['nothing but TCP, which asks', {}, false, 60_000],
    ['TCP, which asks after as long as it was told', { keepAlive: 20_000 }, true, 20_000],
    ['the next ping of a heartbeat', { heartbeat: { every: 1_000, ping: 'ping' } }, false, 1_000],
    [
      'a heartbeat, until its direction has ended',
      { heartbeat: { every: 1_000, ping: 'ping' } },
      true,
      60_000,
    ],
    ['an idle timeout, also behind its end', { idleTimeout: 5_000 }, true, 5_000],
  ])('is noticed by one that only listens, by %s', async (_by, options, ends, after) => {
    await simulate({ seed: 1, hosts }, async (world) => {
      void world.host('server').start(serveSilently)
      const connection = await dial(world, options)
      await world.sleep(100)
      if (ends) await connection.end()
      await world.sleep(100)
      world.host('server').powerOff()
      const off = world.now()
      await world.sleep(100)
      world.host('server').boot()
      await connection.closed
      expect(Math.abs(world.now() - off - after)).toBeLessThan(1_000)
    })
  })

  it('is asked for a connection that its program never accepted', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const server = world.host('server')
      void server.start(serve)
      await world.sleep(10)
      server.freeze()
      const connection = await dial(world)
      await world.sleep(10)
      server.powerOff()
      await world.sleep(100)
      server.boot()
      expect(await world.within(100_000, endOf(connection), 'an end')).toBe('reset by remote')
    })
  })

  it('says nothing, and after it is on again it knows nothing of what was', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const host = world.host('server')
      void host.start(serve)
      const [asking, waiting] = [await dial(world), await dial(world)]
      await world.sleep(100)
      host.powerOff()
      await world.sleep(10_000)
      expect([asking.canSend, waiting.canSend]).toEqual([true, true])
      void asking.send('anyone there?').catch(() => undefined)
      host.boot()
      const on = world.now()
      expect(await endOf(asking)).toBe('reset by remote')
      expect(world.now() - on).toBeLessThan(1_000)
      expect(await endOf(waiting)).toBe('reset by remote')
      expect(world.now() - on).toBeGreaterThan(59_000)
    })
  })
})

describe('a process that stands still', () => {
  it('has what had reached it when it goes on, though the way was cut in between', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const server = world.host('server')
      const ends: string[] = []
      void server.start(async () => {
        const listening = createServer({ framing: lines() }, async (connection) => {
          const { by, reason } = await connection.closed
          ends.push(`${reason} by ${by}`)
        })
        await listening.listen('tcp://*:8000')
      })
      await dial(world)
      await world.sleep(10)
      server.freeze()
      world.reset('server', 'client')
      await world.sleep(10)
      const mend = world.cut('server', 'client')
      await world.sleep(10)
      server.thaw()
      mend()
      await world.sleep(10)
      expect(ends).toEqual(['reset by remote'])
    })
  })

  it('catches up with one thing after another: promises settle in between', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const server = world.host('server')
      const order: string[] = []
      void server.start(() => {
        setTimeout(
          () => void Promise.resolve().then(() => order.push('what the first timer set off')),
          1,
        )
        setTimeout(() => order.push('the second timer'), 2)
      })
      server.freeze()
      await world.sleep(10)
      expect(order).toEqual([])
      server.thaw()
      await world.sleep(1)
      expect(order).toEqual(['what the first timer set off', 'the second timer'])
    })
  })

  it('has its connections made by the system, and replies when it goes on', async () => {
    await simulate({ seed: 1, hosts }, async (world) => {
      const host = world.host('server')
      const server = await serve(host)
      host.freeze()
      const connection = await dial(world)
      await connection.send('hello')
      const reply = hear(connection)
      await world.sleep(20_000)
      host.thaw()
      expect(await reply).toBe('hello')
      expect(world.now()).toBeGreaterThan(20_000)
      await server.close()
    })
  })

  it('has its queue filled, and those behind come in when there is room', async () => {
    const limited = { server: { backlog: 1 }, client: {} }
    await simulate({ seed: 1, hosts: limited }, async (world) => {
      const host = world.host('server')
      const server = await serve(host)
      host.freeze()
      const connections = await Promise.all(Array.from({ length: 4 }, () => dial(world)))
      const times = connections.map(async (connection, index) => {
        await connection.send(`${index}`)
        expect(await hear(connection)).toBe(`${index}`)
        return world.now()
      })
      await world.sleep(500)
      host.thaw()
      const [first, second, third, last] = await Promise.all(times)
      expect([first, second].every((time = 0) => time < 600)).toBe(true)
      expect([third, last].every((time = 0) => time > 1_000)).toBe(true)
      await server.close()
    })
  })
})

describe('a process without a descriptor left', () => {
  it('cannot connect, and accepts when it has one again', async () => {
    const limited = { server: { maxDescriptors: 2 }, client: { maxDescriptors: 3 } }
    await simulate({ seed: 1, hosts: limited }, async (world) => {
      const server = await serve(world.host('server'))
      const one = await dial(world)
      const other = await dial(world)
      const third = await dial(world)
      await expect(dial(world)).rejects.toMatchObject({
        cause: { code: 'EMFILE' },
      })
      await other.send('still in the queue')
      const reply = hear(other)
      await world.sleep(10_000)
      await one.close()
      expect(await reply).toBe('still in the queue')
      await third.close()
      await server.close()
    })
  })
})

describe("a host's clock", () => {
  it('is ahead, and faster or slower than the others', async () => {
    const clocks = { fast: { clockRate: 2, clockOffset: 1_000 }, slow: { clockRate: 0.5 } }
    await simulate({ seed: 1, hosts: clocks }, async (world) => {
      const { fast, slow } = {
        fast: world.host('fast').process,
        slow: world.host('slow').process,
      }
      await fast.sleep(1_000)
      expect([world.now(), fast.clock.now(), slow.clock.now()]).toEqual([500, 2_000, 250])
    })
  })

  it('is what a program there asks the runtime for', async () => {
    const outside = Math.random
    await simulate({ seed: 1, hosts: ['one'] }, async (world) => {
      const host = world.host('one')
      const seen: number[] = []
      await host.start(async () => {
        const began = Date.now()
        await new Promise((resolve) => setTimeout(resolve, 60_000))
        seen.push(Date.now() - began, new Date().getTime() - began, Math.random())
        const interval = setInterval(() => seen.push(performance.now()), 1_000)
        await new Promise((resolve) => setTimeout(resolve, 2_500))
        clearInterval(interval)
        const aborted = AbortSignal.timeout(5_000)
        await new Promise((resolve) => aborted.addEventListener('abort', resolve))
        seen.push(performance.now())
      })
      expect(seen).toEqual([60_000, 60_000, expect.any(Number), 61_000, 62_000, 67_500])
    })
    expect(Math.random).toBe(outside)
  })

  it('is what it asks for in the other ways there are', async () => {
    const outside = runtime.hrtime
    await simulate({ seed: 1, hosts: ['one'] }, async (world) => {
      const seen: unknown[] = []
      await world.host('one').start(async () => {
        const [began, exact] = [runtime.hrtime(), runtime.hrtime.bigint()]
        await promisify(setTimeout)(1_500)
        seen.push(runtime.hrtime(began), runtime.hrtime.bigint() - exact)
        for await (const what of wait.setInterval(1_000, 'a second')) {
          seen.push(what, performance.now())
          if (performance.now() > 3_000) break
        }
        const abort = new AbortController()
        const { signal } = abort
        const seconds = wait.setInterval(1_000, undefined, { signal })
        setTimeout(() => abort.abort(), 500)
        await seconds.next().catch((error: Error) => seen.push(error.name, performance.now()))
      })
      expect(seen).toEqual([
        [1, 500_000_000],
        1_500_000_000n,
        ...['a second', 2_500, 'a second', 3_500],
        ...['AbortError', 4_000],
      ])
    })
    expect(runtime.hrtime).toBe(outside)
  })

  it('starts a program when its power is on again, if it was off', async () => {
    await simulate({ seed: 1, hosts: ['one'] }, async (world) => {
      const host = world.host('one')
      const began: number[] = []
      host.powerOff()
      const returned = host.start(() => began.push(world.now()))
      await world.sleep(1_000)
      expect([host.isRunning, began]).toEqual([false, []])
      host.boot()
      await world.within(10, returned, 'the program')
      expect([host.isRunning, began]).toEqual([true, [1_000]])
    })
  })
})
