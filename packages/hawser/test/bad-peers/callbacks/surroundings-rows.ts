import { type Clock, connect, createClient, lines, observe, type ServerOptions } from 'hawser'
import { bridgeMetrics, collectMetrics, type OpenTelemetryMeter } from 'hawser/metrics'
import { notifySystemd } from 'hawser/systemd'
import { connectPeer, createMemoryNetwork } from 'hawser/testing'
import assert from 'node:assert/strict'
import {
  type Fail,
  loopback,
  open,
  placeOf,
  type Row,
  type Rows,
  told,
  until,
  warned,
} from './walk.js'

const ignored = (): void => undefined

type Options = ServerOptions<string, string>
type Servers = Parameters<typeof collectMetrics>[0]

/** A connection that comes and goes, at a server with these options. */
async function visit(options: Options, before?: (server: Servers) => () => void): Promise<void> {
  const server = await open(ignored, options)
  const end = before?.(server)
  const client = await connect(placeOf(server), { framing: lines() })
  await client.send('hello')
  await client.end()
  await client.closed
  await until(() => server.connections.size === 0)
  end?.()
  await server.close({ drain: 1_000 })
}

const timed =
  (make: (fail: Fail) => Partial<Clock>): Row['run'] =>
  async (fail) => {
    const clock = { now: () => 0, schedule: () => ({ cancel: ignored }), ...make(fail) }
    await visit({ clock, idleTimeout: 1_000 })
  }

/** A meter whose instruments fail. */
function meterOf(record: Fail, add: Fail): OpenTelemetryMeter {
  const observable = (): object => ({})
  return {
    createHistogram: () => ({ record }),
    createCounter: () => ({ add }),
    createObservableCounter: observable,
    createObservableUpDownCounter: observable,
    createObservableGauge: observable,
    addBatchObservableCallback: ignored,
    removeBatchObservableCallback: ignored,
  }
}

const harmless = ignored as unknown as Fail

function bridged(make: (fail: Fail) => Parameters<typeof bridgeMetrics>[1]): Row['run'] {
  return (fail) =>
    visit({}, (server) => {
      const bridge = bridgeMetrics(server, make(fail))
      return () => bridge.stop()
    })
}

export const surroundingsRows: Rows = {
  'Clock.now': warned(timed((now) => ({ now }))),
  'Clock.schedule': warned(timed((schedule) => ({ schedule }))),
  'ClockTimer.cancel': warned(timed((cancel) => ({ schedule: () => ({ cancel }) }))),
  'Network.listen': told(async (fail, tell) => {
    await open(ignored, { network: { listen: fail, dial: fail } }).catch(tell)
  }, 'HAWSER_LISTEN_FAILED'),
  'Network.dial': told(async (fail, tell) => {
    const network = { listen: fail, dial: fail }
    await connect({ ...loopback, port: 1 }, { network }).catch(tell)
    const client = createClient({ ...loopback, port: 1 }, { network, maxReconnects: 0 })
    await assert.rejects(client.ready(), { code: 'HAWSER_CLIENT_CLOSED' })
    await client.close()
  }, 'HAWSER_CONNECT_FAILED'),
  'NetworkListener.close': warned(async (close) => {
    const memory = createMemoryNetwork()
    const server = await open(ignored, {
      network: {
        listen: async (place, accept) => ({
          local: (await memory.listen(place, accept)).local,
          close,
        }),
        dial: (place, options) => memory.dial(place, options),
      },
    })
    await server.close()
  }),
  'observe(listener)': warned(async (fail) => {
    let stop = ignored
    await visit({}, () => (stop = observe('hawser:connection:open', fail)))
    stop()
  }),
  'MetricsOptions.now': warned((now) =>
    visit({}, (server) => {
      const metrics = collectMetrics(server, { now })
      return () => metrics.stop()
    }),
  ),
  'BridgeOptions.now': warned(bridged((now) => ({ now, meter: meterOf(harmless, harmless) }))),
  'OpenTelemetryMeter.record': warned(bridged((fail) => ({ meter: meterOf(fail, harmless) }))),
  'OpenTelemetryMeter.add': warned(bridged((fail) => ({ meter: meterOf(harmless, fail) }))),
  'ConnectPairOptions.onError': warned(async (onError) => {
    const message = (): never => {
      throw new Error('why it is told')
    }
    const { connection, peer } = connectPeer({ framing: lines(), onError, handler: { message } })
    await peer.send('hello\n')
    await connection.closed
    peer.close()
  }),
  'SystemdOptions.onError': warned(async (onError) => {
    const notifier = notifySystemd(undefined, {
      env: { NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' },
      onError,
    })
    await notifier.ready()
    notifier.stop()
  }),
}
