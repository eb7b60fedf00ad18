import { channel } from 'node:diagnostics_channel'
import {
  connect,
  type Connection,
  lines,
  memoryBackplane,
  OptionError,
  type Server,
  type ServerOptions,
} from 'hawser'
import { collectMetrics, type Metrics, type MetricsOptions } from 'hawser/metrics'
import parse from 'parse-prometheus-text-format'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { make, nextConnection, portOf, serve } from '../server/support/serving.js'
import { createSecure } from '../server/support/secure.js'

/** Collect until the test ends. */
function collect(
  servers: Parameters<typeof collectMetrics>[0],
  options: MetricsOptions = {},
): Metrics {
  const metrics = collectMetrics(servers, options)
  onTestFinished(() => metrics.stop())
  return metrics
}

/** A page as a parser that is not ours reads it, by the metric's name. */
function scrape(metrics: Metrics): Map<string, ReturnType<typeof parse>[number]> {
  return new Map(parse(metrics.prometheus()).map((family) => [family.name, family]))
}

/** One number of a page. */
function valueOf(metrics: Metrics, name: string, labels: Record<string, string> = {}): number {
  const found = scrape(metrics)
    .get(name)
    ?.metrics.find((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels?.[key] === value),
    )
  return Number(found?.value)
}

function valuesOf({ metrics }: ReturnType<typeof parse>[number]): (string | undefined)[] {
  return metrics.map(({ value }) => value)
}

/** Lines that are answered with themselves. */
function serveEcho(
  options: Omit<ServerOptions<string, string>, 'framing'> = {},
): Promise<Server<string, string>> {
  return serve(
    { framing: lines(), ...options },
    { message: (connection, line) => connection.send(line) },
  )
}

async function exchange(server: Server<string, string>, text: string): Promise<void> {
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  await client.send(text)
  await client.end()
  for await (const answer of client) expect(answer).toBe(text)
  await client.closed
}

async function occupy(server: Server<string, string>): Promise<Connection> {
  const arrived = new Promise((resolve) => void server.once('connection', resolve))
  const client = await connect(`127.0.0.1:${portOf(server)}`)
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  await arrived
  return client
}

/** Settles when the server's last connection is gone. */
async function emptied(server: Server<string, string>): Promise<void> {
  await Promise.all([...server.connections].map((connection) => connection.closed))
}

describe('a page of metrics', () => {
  it('tells of every exchange what the server counted', async () => {
    const server = await serveEcho()
    const metrics = collect(server)
    await exchange(server, 'hello')
    await exchange(server, 'hi')
    await emptied(server)
    await occupy(server)
    expect(valueOf(metrics, 'hawser_accepting')).toBe(1)
    expect(valueOf(metrics, 'hawser_connections')).toBe(1)
    expect(valueOf(metrics, 'hawser_connections_accepted_total')).toBe(3)
    expect(valueOf(metrics, 'hawser_connections_closed_total', { reason: 'ended' })).toBe(2)
    expect(valueOf(metrics, 'hawser_bytes_read_total')).toBe(9)
    expect(valueOf(metrics, 'hawser_bytes_written_total')).toBe(9)
    expect(valueOf(metrics, 'hawser_messages_read_total')).toBe(2)
    expect(valueOf(metrics, 'hawser_messages_written_total')).toBe(2)
    expect(valueOf(metrics, 'hawser_handler_errors_total')).toBe(0)
    expect(valueOf(metrics, 'hawser_memory_bytes')).toBe(0)
    expect(valueOf(metrics, 'hawser_memory_limit_bytes')).toBe(server.info().memory.limit)
    expect(valueOf(metrics, 'hawser_connections_limit')).toBe(server.info().effectiveMaxConnections)
  })

  it('has a type and a sentence for each metric, and names that keep to the conventions', async () => {
    const server = await serveEcho()
    const metrics = collect(server)
    await exchange(server, 'hello')
    const families = [...scrape(metrics).values()]
    expect(families.length).toBeGreaterThan(12)
    for (const { name, type, help } of families) {
      expect(name).toMatch(/^hawser_[a-z_]+$/)
      expect(help).toMatch(/\.$/)
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'COUNTER'])
      if (type === 'HISTOGRAM') expect(name).toMatch(/_(seconds|bytes)$/)
    }
    expect(metrics.prometheus()).toMatch(/\n$/)
  })

  it('counts refusals by reason, those at zero too', async () => {
    const server = await serve({ framing: lines(), maxConnections: 0 })
    const metrics = collect(server)
    const client = await connect(`127.0.0.1:${portOf(server)}`)
    await client.closed
    const counted = scrape(metrics).get('hawser_connections_refused_total')?.metrics ?? []
    const byReason = counted.map(({ labels, value }) => [labels?.['reason'], Number(value)])
    expect(Object.fromEntries(byReason)).toEqual(server.info().refused)
    expect(valueOf(metrics, 'hawser_connections_refused_total', { reason: 'limit' })).toBe(1)
  })

  it('has every number that a server tells of itself', () => {
    let next = 1_000
    const numbers = new Map<string, number>()
    /** The same shape, with another number wherever there is one. */
    const renumber = (value: unknown, path: string): unknown => {
      if (typeof value === 'number') {
        next += 1
        numbers.set(path, next)
        return next
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, part]) => [key, renumber(part, `${path}.${key}`)]),
      )
    }
    const info = renumber(make({ backplane: memoryBackplane().node() }).info(), 'info')
    // The limit that holds is there instead of the one that was asked for.
    numbers.delete('info.maxConnections')
    const metrics = collect({ info: () => info as ReturnType<Server['info']>, connections: [] })
    const values = new Set([...scrape(metrics).values()].flatMap((family) => valuesOf(family)))
    const missing = [...numbers].filter(([, number]) => !values.has(String(number)))
    expect(missing.map(([path]) => path)).toEqual([])
    expect(numbers.size).toBeGreaterThan(20)
  })

  it('says that a server neither suspended nor draining is accepting, and no other', async () => {
    const server = await serveEcho()
    const metrics = collect(server)
    const accepting = (): number => valueOf(metrics, 'hawser_accepting')
    expect(accepting()).toBe(1)
    await server.suspend()
    expect(accepting()).toBe(0)
    await server.resume()
    expect(accepting()).toBe(1)
    await server.close()
    expect(accepting()).toBe(0)
  })
})

describe('histograms', () => {
  it('measure from accept to the first byte, and to the end', async () => {
    let now = 1_000
    const server = await serveEcho()
    const metrics = collect(server, { now: () => now })
    const client = await occupy(server)
    now += 300
    await client.send('x\n')
    const [connection] = server.connections
    for await (const _ of client) break
    now += 9_700
    client.reset()
    await connection?.closed
    const page = metrics.prometheus()
    const lineOf = (text: string): number => Number(page.split(`\n${text} `)[1]?.split('\n')[0])
    expect(lineOf('hawser_first_byte_seconds_sum')).toBe(0.3)
    expect(lineOf('hawser_first_byte_seconds_bucket{le="0.1"}')).toBe(0)
    expect(lineOf('hawser_first_byte_seconds_bucket{le="0.5"}')).toBe(1)
    expect(lineOf('hawser_connection_duration_seconds_sum')).toBe(10)
    expect(lineOf('hawser_connection_duration_seconds_bucket{le="5"}')).toBe(0)
    expect(lineOf('hawser_connection_duration_seconds_bucket{le="15"}')).toBe(1)
    expect(lineOf('hawser_connection_duration_seconds_bucket{le="+Inf"}')).toBe(1)
    expect(lineOf('hawser_connection_duration_seconds_count')).toBe(1)
  })

  it('measure TLS handshakes that are done, and leave those that failed to the refusals', async () => {
    const { tls, ca } = await createSecure()
    const server = make({ framing: lines(), tls }, {})
    await server.listen('tls://127.0.0.1:0')
    const metrics = collect(server)
    const count = (): unknown => scrape(metrics).get('hawser_tls_handshake_seconds')?.metrics
    expect(count()).toMatchObject([{ count: '0', sum: '0' }])
    const endpoint = `tls://127.0.0.1:${portOf(server)}`
    const arrived = nextConnection(server)
    const client = await connect(endpoint, { tls: { ca } })
    await arrived
    client.reset()
    await client.closed
    const stranger = await connect(endpoint.replace('tls', 'tcp'))
    await stranger.send('no hello\n')
    await stranger.closed
    const [done] = (count() ?? []) as { count: string; sum: string }[]
    expect(done?.count).toBe('1')
    expect(Number(done?.sum)).toBeGreaterThan(0)
    expect(Number(done?.sum)).toBeLessThan(5)
    expect(
      valueOf(metrics, 'hawser_connections_refused_total', { reason: 'tls-handshake-failed' }),
    ).toBe(1)
  })

  it('look at the outbox of each open connection once a scrape', async () => {
    const server = await serveEcho()
    const metrics = collect(server)
    await occupy(server)
    await occupy(server)
    const depth = (): unknown => scrape(metrics).get('hawser_outbox_bytes')?.metrics
    expect(depth()).toMatchObject([{ count: '2', sum: '0', buckets: { 0: '2', '+Inf': '2' } }])
    expect(depth()).toMatchObject([{ count: '4' }])
  })

  it('leave out connections that were open before anybody collected', async () => {
    const server = await serveEcho()
    const client = await occupy(server)
    const metrics = collect(server)
    const [connection] = server.connections
    client.reset()
    await connection?.closed
    expect(valueOf(metrics, 'hawser_connections_closed_total', { reason: 'reset' })).toBe(1)
    expect(metrics.prometheus()).toContain('hawser_connection_duration_seconds_count 0\n')
  })
})

it('topics and the backplane are counted, and it is not there where there is none', async () => {
  const backplane = memoryBackplane()
  const [here, there] = [
    await serveEcho({ backplane: backplane.node() }),
    await serveEcho({ backplane: backplane.node() }),
  ]
  const metrics = collect(here)
  const joined = nextConnection(here)
  await occupy(here)
  ;(await joined).join('news')
  here.to('news').send('from here')
  there.to('news').send('from there')
  await until(() => valueOf(metrics, 'hawser_backplane_messages_received_total') > 0)
  expect(valueOf(metrics, 'hawser_topics')).toBe(1)
  expect(valueOf(metrics, 'hawser_messages_skipped_total')).toBe(0)
  expect(valueOf(metrics, 'hawser_backplane_messages_published_total')).toBe(1)
  expect(valueOf(metrics, 'hawser_backplane_messages_received_total')).toBe(1)
  expect(valueOf(metrics, 'hawser_backplane_messages_lost_total')).toBe(0)
  expect(valueOf(metrics, 'hawser_backplane_queue_bytes')).toBe(0)
  const alone = collect(await serveEcho())
  expect([...scrape(alone).keys()].filter((name) => name.includes('backplane'))).toEqual([])
})

it('an outbox that rises above its marks is counted', async () => {
  const server = await serve({ framing: lines(), highWaterMark: 1_000, outbox: 64_000_000 })
  const metrics = collect(server)
  const client = await occupy(server)
  client.pause()
  const [connection] = server.connections
  const line = 'x'.repeat(60_000)
  if (connection === undefined) throw new Error('nobody is connected')
  // More than the operating system's buffers on the loopback take.
  while (connection.unsent < 200_000) void connection.send(line)
  expect(valueOf(metrics, 'hawser_outbox_overflows_total', { kind: 'full' })).toBe(0)
  expect(valueOf(metrics, 'hawser_outbox_overflows_total', { kind: 'high-water' })).toBe(1)
})

describe('several servers', () => {
  it('share a page, told apart by their names', async () => {
    const [chat, feed] = [await serveEcho(), await serveEcho()]
    const metrics = collect(
      new Map([
        ['chat', chat],
        ['feed', feed],
      ]),
    )
    await exchange(chat, 'hello')
    await emptied(chat)
    const accepted = 'hawser_connections_accepted_total'
    expect(valueOf(metrics, accepted, { server: 'chat' })).toBe(1)
    expect(valueOf(metrics, accepted, { server: 'feed' })).toBe(0)
    const closed = scrape(metrics).get('hawser_connections_closed_total')?.metrics
    expect(closed).toEqual([{ labels: { server: 'chat', reason: 'ended' }, value: '1' }])
    const titles = metrics.prometheus().match(/^# TYPE .*$/gm) ?? []
    expect(new Set(titles).size).toBe(titles.length)
  })

  it('that nobody collects are not counted', async () => {
    const [mine, other] = [await serveEcho(), await serveEcho()]
    const metrics = collect(mine)
    await exchange(other, 'hello')
    expect(scrape(metrics).has('hawser_connections_closed_total')).toBe(false)
  })
})

describe('labels', () => {
  it('are on every series, whatever their values hold', async () => {
    const zone = 'a "quoted" \\ value\nin two lines, {with=braces}'
    const metrics = collect(make(), { labels: { zone } })
    const families = [...scrape(metrics).values()]
    for (const { metrics: samples, type } of families) {
      // The parser leaves a histogram's labels out.
      const plain = type === 'HISTOGRAM' ? [] : samples
      for (const { labels } of plain) expect(labels?.['zone']).toBe(zone)
    }
    expect(families.length).toBeGreaterThan(10)
    const page = metrics.prometheus().split('\n')
    const series = page.filter((line) => line !== '' && !line.startsWith('#'))
    const written = String.raw`zone="a \"quoted\" \\ value\nin two lines, {with=braces}"`
    expect(series.filter((line) => !line.includes(written))).toEqual([])
  })

  it.each(['1st', 'a-b', 'a b', '', '__name__', 'le', 'server', 'ä'])(
    'named %j are refused',
    (name) => {
      expect(() => collectMetrics(make(), { labels: { [name]: 'x' } })).toThrow(OptionError)
    },
  )
})

describe('metrics that were stopped', () => {
  const names = [
    'hawser:server:handshake',
    ...['open', 'first-byte', 'overflow', 'close'].map((word) => `hawser:connection:${word}`),
  ]
  const subscribed = (): boolean[] => names.map((name) => channel(name).hasSubscribers)

  it('leave every channel as it was, and can still be read', async () => {
    const server = await serveEcho()
    {
      using metrics = collectMetrics(server)
      expect(new Set(subscribed())).toEqual(new Set([true]))
      metrics.stop()
      expect(metrics.prometheus()).toContain('hawser_connections 0\n')
    }
    expect(new Set(subscribed())).toEqual(new Set([false]))
  })

  it('never listen to messages', () => {
    collect(make())
    expect(channel('hawser:connection:message-in').hasSubscribers).toBe(false)
    expect(channel('hawser:connection:message-out').hasSubscribers).toBe(false)
  })
})

it('tells a hundred close reasons of a program apart, and counts the rest as other', async () => {
  const server = await serve({ framing: lines() }, {})
  const metrics = collect(server)
  for (let number = 0; number < 130; number += 1) {
    const accepted = nextConnection(server)
    const client = await connect(`127.0.0.1:${portOf(server)}`)
    const connection = await accepted
    connection.reset({ reason: `number-${number}` })
    await Promise.all([connection.closed, client.closed])
  }
  const reasons = scrape(metrics).get('hawser_connections_closed_total')?.metrics ?? []
  expect(reasons).toHaveLength(101)
  expect(valueOf(metrics, 'hawser_connections_closed_total', { reason: 'other' })).toBe(30)
})
