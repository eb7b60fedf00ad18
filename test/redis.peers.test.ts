import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { Redis } from '../examples/redis/client.js'
import { createRedisServer } from '../examples/redis/server.js'
import { itPeer } from './support/peers.js'
import { Running } from './support/running.js'

/** A real server on a Unix socket, gone when the test is. */
async function startRedis(program: string): Promise<{ endpoint: string; running: Running }> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-redis-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const socket = join(folder, 'redis.sock')
  const running = new Running(program, ['--port', '0', '--unixsocket', socket, '--save', ''])
  await running.prints(/ready to accept connections/i)
  return { endpoint: `unix:${socket}`, running }
}

function makeClient(endpoint: string, options?: ConstructorParameters<typeof Redis>[1]): Redis {
  const redis = new Redis(endpoint, options)
  onTestFinished(async () => void (await redis.client.close({ drain: 0 })))
  return redis
}

describe('the Redis client of the examples', () => {
  itPeer('redis-server', 'talks to the real server', async (program) => {
    const { endpoint } = await startRedis(program)
    const redis = makeClient(endpoint)
    await redis.set('ship', 'hawser ⚓')
    expect(await redis.get('ship')).toBe('hawser ⚓')
    expect(await redis.get('nothing')).toBeNull()
    expect(await Promise.all([1, 2, 3].map(() => redis.increment('count')))).toEqual([1, 2, 3])
    await expect(redis.increment('ship')).rejects.toThrow(/not an integer/)
    await redis.set('soon', 'gone', 60_000)
    expect(await redis.command(['TTL', 'soon'])).toBe(60)
    await redis.command(['HSET', 'hash', 'field', 'value'])
    expect(await redis.command(['HGETALL', 'hash'])).toEqual(new Map([['field', 'value']]))
    const big = 'x'.repeat(500_000)
    await redis.set('big', big)
    expect(await redis.get('big')).toBe(big)
  })

  itPeer('redis-server', 'gets each reply to its own request among thousands', async (program) => {
    const { endpoint } = await startRedis(program)
    const redis = makeClient(endpoint)
    const numbers = Array.from({ length: 3_000 }, (_, index) => index)
    const replies = await Promise.all(
      numbers.map((number) => redis.command(['ECHO', `number ${number}`])),
    )
    expect(replies).toEqual(numbers.map((number) => `number ${number}`))
  })

  itPeer('redis-server', 'is subscribed again after its connection was killed', async (program) => {
    const { endpoint } = await startRedis(program)
    const heard: string[] = []
    let wake = (): void => {}
    const redis = makeClient(endpoint, {
      onMessage(channel, text) {
        heard.push(`${channel}: ${text}`)
        wake()
      },
    })
    const hears = async (count: number): Promise<void> => {
      while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve))
    }
    redis.subscribe('news')
    await redis.client.ready()
    const other = makeClient(endpoint)
    expect(await other.publish('news', 'one')).toBe(1)
    await hears(1)
    const disconnected = once(redis.client, 'disconnected')
    await other.command(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await disconnected
    await redis.client.ready()
    // A command behind the subscription: when it is answered, that has come about.
    await redis.command(['PING'])
    expect(await other.publish('news', 'two')).toBe(1)
    await hears(2)
    expect(heard).toEqual(['news: one', 'news: two'])
  })
})

describe('the Redis server of the examples', () => {
  async function startServer(): Promise<string> {
    const server = createRedisServer()
    await server.listen('tcp://127.0.0.1:0')
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    return `${(server.address() as { port: number }).port}`
  }

  /** What redis-cli prints to these commands, each in a process of its own. */
  async function ask(program: string, port: string, ...commands: string[][]): Promise<string[]> {
    const answers: string[] = []
    for (const words of commands) {
      const cli = new Running(program, ['-p', port, ...words])
      expect(await cli.ended).toEqual({ code: 0, signal: null })
      answers.push(cli.printed.trim())
    }
    return answers
  }

  itPeer('redis-cli', 'answers redis-cli', async (program) => {
    const port = await startServer()
    expect(
      await ask(
        program,
        port,
        ['PING'],
        ['SET', 'key', 'two words'],
        ['GET', 'key'],
        ['GET', 'nothing'],
        ['INCR', 'key'],
        ['INCR', 'count'],
        ['EXPIRE', 'count', '100'],
        ['TTL', 'count'],
        ['DEL', 'key', 'count'],
        ['PUBLISH', 'nobody', 'hears'],
        ['-3', 'HELLO', '3'],
      ),
    ).toEqual([
      'PONG',
      'OK',
      'two words',
      '',
      'ERR value is not an integer or out of range',
      '1',
      '1',
      '100',
      '2',
      '0',
      expect.stringContaining('proto 3'),
    ])
  })

  itPeer('redis-cli', 'publishes to redis-cli', async (program) => {
    const port = await startServer()
    const subscriber = new Running(program, ['-p', port, 'SUBSCRIBE', 'news'])
    await subscriber.prints(/subscribe\nnews\n1/)
    expect(await ask(program, port, ['PUBLISH', 'news', 'hawser'])).toEqual(['1'])
    await subscriber.prints(/message\nnews\nhawser/)
  })

  itPeer(
    'redis-benchmark',
    'withstands redis-benchmark, one command and 64 at a time',
    async (program) => {
      const port = await startServer()
      for (const pipeline of ['1', '64']) {
        const options = [
          '-p',
          port,
          '-n',
          '5000',
          '-P',
          pipeline,
          '--csv',
          '-t',
          'ping,set,get,incr',
        ]
        const benchmark = new Running(program, options)
        expect(await benchmark.ended).toEqual({ code: 0, signal: null })
        for (const test of ['PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR']) {
          expect(benchmark.printed).toContain(`"${test}"`)
        }
        expect(benchmark.printed + benchmark.complained).not.toMatch(/error/i)
      }
    },
  )
})
