import { answerRequests } from '../control.js'
import { startCollector } from './collector.js'
import { Exchange, type ExchangeOptions, type Extent } from './exchange.js'
import { Listeners } from './listeners.js'
import { MqttClients, type MqttOptions } from './mqtt.js'
import { OpenLoop, type OpenLoopOptions } from './open-loop.js'
import { SocketIoMembers } from './socket-io-members.js'
import { SlowPeers, type SlowPeersOptions } from './slow-peers.js'
import { Stallers } from './stallers.js'
import type { Answer } from './traffic.js'
import { findUpstream } from './upstream.js'
import { visit, type VisitOptions } from './visits.js'

interface ListenOptions {
  readonly ports: readonly number[]
  /** Of each port. */
  readonly connections: number
  readonly protocol: 'lines' | 'socket-io'
}

// The process that makes the load. It has one set of connections of each kind at a time.
let exchange: Exchange | undefined
let listeners: Listeners | SocketIoMembers | undefined
let stallers: Stallers | undefined
let slowPeers: SlowPeers | undefined
let openLoop: OpenLoop | undefined
let mqtt: MqttClients | undefined

answerRequests(
  {
    open: async (options) => {
      exchange = new Exchange(options as ExchangeOptions)
      await exchange.open()
    },
    run: (extent) => exchange?.run(extent as Extent),
    listen: async (options) => {
      const { ports, connections, protocol } = options as ListenOptions
      listeners = protocol === 'lines' ? new Listeners() : new SocketIoMembers()
      for (const port of ports) await listeners.open(port, connections)
    },
    rounds: (rounds) => listeners?.run(rounds as number),
    stall: async (options) => {
      const { port, connections, bytes } = options as Record<string, number>
      stallers = new Stallers()
      await stallers.open(port as number, connections as number)
      stallers.send(bytes as number)
    },
    stalled: () => stallers?.sent(),
    slow: async (options) => {
      slowPeers = new SlowPeers()
      await slowPeers.open(options as SlowPeersOptions)
      await slowPeers.stuck()
    },
    pace: async (options) => {
      openLoop = new OpenLoop()
      await openLoop.open(options as OpenLoopOptions)
    },
    paced: (options) => openLoop?.run(options as { rate: number; duration: number }),
    mqtt: async (options) => {
      mqtt = new MqttClients(options as MqttOptions)
      await mqtt.open()
    },
    publish: (windows) => mqtt?.run(windows as number),
    visit: (options) => visit(options as VisitOptions),
    collect: () => startCollector(),
    upstream: (answer) => findUpstream(answer as Answer),
    lost: () => slowPeers?.lost,
    close: () => {
      exchange?.close()
      listeners?.close()
      stallers?.close()
      slowPeers?.close()
      openLoop?.close()
      mqtt?.close()
      exchange = listeners = stallers = slowPeers = openLoop = mqtt = undefined
    },
  },
  null,
)
