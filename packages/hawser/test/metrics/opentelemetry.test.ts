import { channel } from 'node:diagnostics_channel'
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics'
import { connect, type Connection, lines, memoryBackplane, type Server } from 'hawser'
import { type Bridge, bridgeMetrics, type BridgeOptions } from 'hawser/metrics'
import { describe, expect, it, onTestFinished } from 'vitest'
import { make, nextConnection, portOf, serve } from '../server/support/serving.js'
import { createSecure } from '../server/support/secure.js'

/** The real SDK, with an exporter that keeps what it gets. */
class Telemetry {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  readonly #provider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: this.#exporter,
        exportIntervalMillis: 3_600_000,
      }),
    ],
  })

  constructor() {
    onTestFinished(() => this.#provider.shutdown())
  }

  bridge(
    servers: Parameters<typeof bridgeMetrics>[0],
    options: Omit<BridgeOptions, 'meter'> = {},
  ): Bridge {
    const bridge = bridgeMetrics(servers, {
      meter: this.#provider.getMeter('hawser'),
      ...options,
    })
    onTestFinished(() => bridge.stop())
    return bridge
  }

  /** Everything that one collection exports, by the instrument's name. */
  async collect(): Promise<Map<string, MetricData>> {
    this.#exporter.reset()
    await this.#provider.forceFlush()
    const all = this.#exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics)
    return new Map(all.map((metric) => [metric.descriptor.name, metric]))
  }

  /** One instrument's numbers, each with what tells it apart. */
  async values(name: string): Promise<[Record<string, unknown>, number][]> {
    const metric = (await this.collect()).get(name) as SumMetricData | undefined
    return (metric?.dataPoints ?? []).map(({ attributes, value }) => [attributes, value])
  }
}

function serveEcho(): Promise<Server<string, string>> {
  return serve({ framing: lines() }, { message: (connection, line) => connection.send(line) })
}

async function exchange(server: Server<string, string>, text: string): Promise<void> {
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  await client.send(text)
  await client.end()
  for await (const answer of client) expect(answer).toBe(text)
  await client.closed
  await Promise.all([...server.connections].map((connection) => connection.closed))
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

describe('what the OpenTelemetry SDK exports', () => {
  it('is what the server counted', async () => {
    const server = await serveEcho()
    const telemetry = new Telemetry()
    telemetry.bridge(server)
    await exchange(server, 'hello')
    await exchange(server, 'hi')
    await occupy(server)
    const values = (name: string): Promise<unknown> => telemetry.values(`hawser.server.${name}`)
    expect(await values('accepting')).toEqual([[{}, 1]])
    expect(await values('active_connections')).toEqual([[{}, 1]])
    expect(await values('connection.limit')).toEqual([[{}, server.info().effectiveMaxConnections]])
    expect(await values('accepted_connections')).toEqual([[{}, 3]])
    expect(await values('queued_connections')).toEqual([[{}, 0]])
    expect(await values('vanished_connections')).toEqual([[{}, 0]])
    expect(await values('closed_connections')).toEqual([[{ 'hawser.close.reason': 'ended' }, 2]])
    const bothWays = (count: number): unknown => [
      [{ 'network.io.direction': 'receive' }, count],
      [{ 'network.io.direction': 'transmit' }, count],
    ]
    expect(await values('io')).toEqual(bothWays(9))
    expect(await values('messages')).toEqual(bothWays(2))
    expect(await values('handler_errors')).toEqual([[{}, 0]])
    expect(await values('memory.usage')).toEqual([[{}, 0]])
    expect(await values('memory.limit')).toEqual([[{}, server.info().memory.limit]])
  })

  it('has names, units and kinds that keep to the conventions', async () => {
    const server = await serve(
      {
        framing: lines(),
        highWaterMark: 1_000,
        outbox: 64_000_000,
        maxConnections: 1,
        backplane: memoryBackplane().node(),
      },
      {},
    )
    const telemetry = new Telemetry()
    telemetry.bridge(server)
    const client = await occupy(server)
    await client.send('x\n')
    client.pause()
    const refused = await connect(`127.0.0.1:${portOf(server)}`)
    await refused.closed
    const [connection] = server.connections
    // More than the operating system's buffers on the loopback take.
    while (connection !== undefined && connection.unsent < 200_000) {
      void connection.send('x'.repeat(60_000))
    }
    client.reset()
    await connection?.closed
    await occupy(server)
    const found = [...(await telemetry.collect()).values()]
    const described = found.map(({ descriptor: { name, unit }, ...metric }) => {
      const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic
      return `${name} ${unit} ${isCounter ? 'COUNTER' : DataPointType[metric.dataPointType]}`
    })
    expect(new Set(described)).toEqual(
      new Set([
        'hawser.server.accepted_connections {connection} COUNTER',
        'hawser.server.accepting 1 GAUGE',
        'hawser.server.active_connections {connection} SUM',
        'hawser.server.backplane.connected 1 GAUGE',
        'hawser.server.backplane.lost_messages {message} COUNTER',
        'hawser.server.backplane.messages {message} COUNTER',
        'hawser.server.backplane.missed_messages {message} COUNTER',
        'hawser.server.backplane.nodes {node} GAUGE',
        'hawser.server.backplane.queue.usage By SUM',
        'hawser.server.backplane.stranger_messages {message} COUNTER',
        'hawser.server.closed_connections {connection} COUNTER',
        'hawser.server.connection.duration s HISTOGRAM',
        'hawser.server.connection.limit {connection} SUM',
        'hawser.server.connection.time_to_first_byte s HISTOGRAM',
        'hawser.server.handler_errors {error} COUNTER',
        'hawser.server.io By COUNTER',
        'hawser.server.messages {message} COUNTER',
        'hawser.server.opening_connections {connection} SUM',
        'hawser.server.outbox.overflows {overflow} COUNTER',
        'hawser.server.outbox.size By HISTOGRAM',
        'hawser.server.memory.limit By SUM',
        'hawser.server.memory.usage By SUM',
        'hawser.server.queued_connections {connection} SUM',
        'hawser.server.refused_connections {connection} COUNTER',
        'hawser.server.skipped_messages {message} COUNTER',
        'hawser.server.topic.count {topic} SUM',
        'hawser.server.vanished_connections {connection} COUNTER',
      ]),
    )
    for (const { descriptor } of found) expect(descriptor.description).toMatch(/\.$/)
  })

  it('counts refusals by reason, those at zero too', async () => {
    const server = await serve({ framing: lines(), maxConnections: 0 })
    const telemetry = new Telemetry()
    telemetry.bridge(server)
    const client = await connect(`127.0.0.1:${portOf(server)}`)
    await client.closed
    const counted = (await telemetry.values('hawser.server.refused_connections')).map(
      ([attributes, count]) => [attributes['hawser.refusal.reason'], count],
    )
    expect(Object.fromEntries(counted)).toEqual(server.info().refused)
    expect(server.info().refused.limit).toBe(1)
  })

  it('says nothing of a limit that is off', async () => {
    const server = await serve({ framing: lines(), memory: Infinity })
    const telemetry = new Telemetry()
    telemetry.bridge(server)
    const found = await telemetry.collect()
    expect(found.get('hawser.server.memory.limit')?.dataPoints ?? []).toEqual([])
    expect(found.get('hawser.server.connection.limit')?.dataPoints).toHaveLength(1)
  })

  it('measures in seconds from accept to the first byte, and to the end', async () => {
    let now = 1_000
    const server = await serveEcho()
    const telemetry = new Telemetry()
    telemetry.bridge(server, { now: () => now })
    const client = await occupy(server)
    now += 300
    await client.send('x\n')
    const [connection] = server.connections
    for await (const _ of client) break
    now += 9_700
    client.reset()
    await connection?.closed
    const found = await telemetry.collect()
    const histogram = (name: string): HistogramMetricData['dataPoints'][0]['value'] | undefined =>
      (found.get(`hawser.server.${name}`) as HistogramMetricData | undefined)?.dataPoints[0]?.value
    expect(histogram('connection.time_to_first_byte')).toMatchObject({ sum: 0.3, count: 1 })
    const duration = histogram('connection.duration')
    expect(duration).toMatchObject({ sum: 10, count: 1 })
    const bucket = duration?.buckets.counts.indexOf(1) ?? -1
    expect(duration?.buckets.boundaries.slice(bucket - 1, bucket + 1)).toEqual([5, 15])
  })

  it('tells TLS handshakes apart by their protocol', async () => {
    const { tls, ca } = await createSecure()
    const server = make({ framing: lines(), tls }, {})
    await server.listen('tls://127.0.0.1:0')
    const telemetry = new Telemetry()
    telemetry.bridge(server)
    const arrived = nextConnection(server)
    const client = await connect(`tls://127.0.0.1:${portOf(server)}`, { tls: { ca } })
    await arrived
    client.reset()
    await client.closed
    const handshakes = (await telemetry.collect()).get('hawser.server.tls_handshake.duration')
    expect(handshakes).toMatchObject({
      descriptor: { unit: 's' },
      dataPoints: [{ attributes: { 'tls.protocol.version': '1.3' }, value: { count: 1 } }],
    })
  })

  it('looks at the outbox of each open connection once a collection', async () => {
    const server = await serveEcho()
    const telemetry = new Telemetry()
    telemetry.bridge(server)
    await occupy(server)
    await occupy(server)
    const depth = async (): Promise<unknown> =>
      (await telemetry.collect()).get('hawser.server.outbox.size')?.dataPoints
    expect(await depth()).toMatchObject([{ value: { sum: 0, count: 2 } }])
    expect(await depth()).toMatchObject([{ value: { sum: 0, count: 4 } }])
  })
})

it('several servers are told apart by their names, and bear the attributes of all', async () => {
  const [chat, feed] = [await serveEcho(), await serveEcho()]
  const servers = new Map([
    ['chat', chat],
    ['feed', feed],
  ])
  const telemetry = new Telemetry()
  telemetry.bridge(servers, { attributes: { zone: 'a' } })
  await exchange(chat, 'hello')
  const named = (name: string): object => ({ 'hawser.server.name': name, zone: 'a' })
  expect(await telemetry.values('hawser.server.accepted_connections')).toEqual([
    [named('chat'), 1],
    [named('feed'), 0],
  ])
  expect(await telemetry.values('hawser.server.closed_connections')).toEqual([
    [{ ...named('chat'), 'hawser.close.reason': 'ended' }, 1],
  ])
})

describe('a bridge that was stopped', () => {
  it('leaves every channel as it was and is asked no more', async () => {
    const server = await serveEcho()
    const telemetry = new Telemetry()
    {
      using bridge = telemetry.bridge(server)
      bridge.stop()
      expect(await telemetry.values('hawser.server.accepted_connections')).toEqual([])
    }
    const channels = ['open', 'first-byte', 'overflow', 'close'].map((name) => `connection:${name}`)
    for (const name of ['server:handshake', ...channels]) {
      expect(channel(`hawser:${name}`).hasSubscribers).toBe(false)
    }
  })

  it('can be built anew, and never listens to messages', async () => {
    const server = await serveEcho()
    const telemetry = new Telemetry()
    telemetry.bridge(server).stop()
    telemetry.bridge(server)
    await exchange(server, 'hello')
    expect(await telemetry.values('hawser.server.accepted_connections')).toEqual([[{}, 1]])
    expect(channel('hawser:connection:message-in').hasSubscribers).toBe(false)
  })
})

it('a program without an SDK has a meter that takes everything and keeps nothing', async () => {
  const server = await serveEcho()
  const bridge = bridgeMetrics(server, { meter: metrics.getMeter('hawser') })
  await exchange(server, 'hello')
  bridge.stop()
})
