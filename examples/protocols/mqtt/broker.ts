// A broker for MQTT 3.1.1: QoS 0 and 1, wildcards, wills, retained messages. A session ends with its
// connection: a client that comes back subscribes again.
import { createServer, type Server, type ServerConnection, type ServerOptions } from 'hawser'
import { connack, type Message, mqtt, type Packet, pong, puback } from './packets.js'
import { publish, suback, unsuback } from './packets.js'
import { isFilter, TopicTree } from './topic-tree.js'

/** What a client may make grow. */
export interface BrokerLimits {
  /** Subscriptions of one client. Default 100. */
  readonly maxSubscriptions?: number
  /** Characters of one of them. Default 1,000. */
  readonly maxFilter?: number
  /** Levels of one of them, each of which takes some 400 bytes. Default 32. */
  readonly maxLevels?: number
  /** Messages of QoS 1 that a client has not acknowledged; beyond it is too slow. Default 10,000. */
  readonly maxUnacknowledged?: number
  /** Milliseconds until a client has to acknowledge one of them. Default 30,000. */
  readonly acknowledgeTimeout?: number
  /** Bytes of retained messages, with 256 for each and 40 for each level of its topic; more are not retained. Default 4 MiB. */
  readonly maxRetainedBytes?: number
}

type Peer = ServerConnection<Packet, Uint8Array, Session>

type Wanted = Readonly<{ filter: string; qos: number }>

/** A message of QoS 1: how many clients have yet to acknowledge it, and who waits for that. */
interface Delivery {
  left: number
  readonly publisher: Peer
  readonly id: number
}

/** What the broker knows of a client. */
class Session {
  clientId: string | undefined
  will: Message | undefined
  readonly filters = new Set<string>()
  readonly unacknowledged = new Map<number, Delivery>()
  timer: NodeJS.Timeout | undefined
  #lastId = 0

  /** An id that is free. */
  nextId(): number {
    do this.#lastId = (this.#lastId % 65_535) + 1
    while (this.unacknowledged.has(this.#lastId))
    return this.#lastId
  }
}

export function createBroker(
  options: ServerOptions<Packet, Uint8Array, Session> = {},
  limits: BrokerLimits = {},
): Server<Packet, Uint8Array, Session> {
  const { maxSubscriptions = 100, maxFilter = 1_000, maxLevels = 32 } = limits
  const { acknowledgeTimeout = 30_000 } = limits
  // There are 65,535 ids (section 2.3.1).
  const maxUnacknowledged = Math.min(limits.maxUnacknowledged ?? 10_000, 65_535)
  const { maxRetainedBytes = 4 * 1024 * 1024 } = limits
  const tree = new TopicTree<Peer>()
  const clients = new Map<string, Peer>()
  const retained = new Map<string, Retained>()
  let retainedBytes = 0

  return createServer<Packet, Uint8Array, Session>(
    { framing: mqtt(), firstByteTimeout: 10_000, ...options, data: () => new Session() },
    {
      message(peer, packet) {
        const { data: session } = peer
        // The first packet is a connect, and no other one is.
        if ((packet.type === 'connect') !== (session.clientId === undefined))
          return peer.reset({ reason: 'mqtt-out-of-turn' })
        switch (packet.type) {
          case 'connect':
            return connect(peer, packet)
          case 'publish':
            return accept(peer, packet.id, packet.message)
          case 'puback':
            return acknowledge(session, packet.id)
          case 'subscribe':
            return subscribe(peer, packet.id, packet.filters)
          case 'unsubscribe':
            for (const filter of packet.filters) leave(peer, filter)
            return peer.send(unsuback(packet.id))
          case 'ping':
            return peer.send(pong)
          case 'disconnect':
            session.will = undefined
            return void peer.close()
        }
      },
      close(peer) {
        const { clientId, filters, unacknowledged, will } = peer.data
        if (clientId !== undefined && clients.get(clientId) === peer) clients.delete(clientId)
        for (const filter of filters) tree.delete(filter, peer)
        for (const id of [...unacknowledged.keys()]) acknowledge(peer.data, id)
        if (will?.retain === true) retain(will)
        if (will !== undefined) deliver(will)
      },
    },
  )

  function connect(peer: Peer, packet: Packet & { type: 'connect' }): unknown {
    const { version, clean, keepalive, clientId, will } = packet
    const refusal = version !== 4 ? 1 : clientId === '' && !clean ? 2 : 0
    if (refusal > 0) {
      void peer.send(connack(refusal))
      return void peer.close({ reason: 'mqtt-refused' })
    }
    peer.data.clientId = clientId === '' ? `anonymous ${peer.id}` : clientId
    peer.data.will = will
    clients.get(peer.data.clientId)?.reset({ reason: 'mqtt-taken-over' })
    clients.set(peer.data.clientId, peer)
    // One and a half times what the client promised, whatever is sent to it (section 3.1.2.10).
    if (keepalive > 0) peer.setTimeouts({ readIdleTimeout: keepalive * 1_500 })
    return peer.send(connack(0))
  }

  /** A publisher of QoS 1 hears that its message is safe when all that it is for have got it. */
  function accept(publisher: Peer, id: number, message: Message): unknown {
    if (message.retain) retain(message)
    if (id === 0) return deliver(message)
    const delivery: Delivery = { left: 1, publisher, id }
    deliver(message, delivery)
    return settle(delivery)
  }

  function deliver(message: Message, delivery?: Delivery): void {
    const copy = { ...message, retain: false }
    let frame: Uint8Array | undefined
    for (const [peer, qos] of tree.find(message.topic)) {
      // One that reads too slowly misses messages of QoS 0, as those promise no more.
      if (qos === 0 || message.qos === 0) peer.trySend((frame ??= publish(copy)))
      else sendSafely(peer, copy, delivery)
    }
  }

  function sendSafely(peer: Peer, message: Message, delivery?: Delivery): void {
    const { unacknowledged } = peer.data
    if (unacknowledged.size >= maxUnacknowledged)
      return peer.reset({ reason: 'mqtt-unacknowledged' })
    const id = peer.data.nextId()
    const kept = delivery ?? { left: 0, publisher: peer, id: 0 }
    kept.left += 1
    unacknowledged.set(id, kept)
    peer.data.timer ??= setTimeout(
      () => peer.reset({ reason: 'mqtt-unacknowledged' }),
      acknowledgeTimeout,
    )
    void peer.send(publish(message, id))
  }

  function acknowledge(session: Session, id: number): void {
    const delivery = session.unacknowledged.get(id)
    if (delivery === undefined) return
    session.unacknowledged.delete(id)
    if (session.unacknowledged.size > 0) session.timer?.refresh()
    else {
      clearTimeout(session.timer)
      session.timer = undefined
    }
    settle(delivery)
  }

  function settle(delivery: Delivery): void {
    delivery.left -= 1
    const { left, publisher, id } = delivery
    if (left === 0 && id !== 0 && publisher.phase !== 'closed') void publisher.send(puback(id))
  }

  function retain(message: Message): void {
    const { topic, payload } = message
    const before = retained.get(topic)
    if (before !== undefined) retainedBytes -= costOf(before)
    retained.delete(topic)
    // A message without a payload only takes away what was retained (section 3.3.1.3).
    if (payload.length === 0) return
    const kept = { message, names: topic.split('/') }
    if (retainedBytes + costOf(kept) > maxRetainedBytes) return
    retained.set(topic, kept)
    retainedBytes += costOf(kept)
  }

  function subscribe(peer: Peer, id: number, wanted: readonly Wanted[]): unknown {
    const { filters } = peer.data
    const fresh = new TopicTree<Peer>()
    const codes = wanted.map(({ filter, qos }) => {
      const isFull = filters.size >= maxSubscriptions && !filters.has(filter)
      const isLarge = filter.length > maxFilter || filter.split('/').length > maxLevels
      if (isFull || isLarge || !isFilter(filter)) return 0x80
      filters.add(filter)
      const granted = Math.min(qos, 1)
      for (const each of [tree, fresh]) each.add(filter, peer, granted)
      return granted
    })
    void peer.send(suback(id, codes))
    for (const { message, names } of retained.values()) {
      const qos = fresh.findBy(names).get(peer)
      if (qos === undefined) continue
      if (qos === 0 || message.qos === 0) void peer.send(publish(message))
      else sendSafely(peer, message)
    }
    // The next packet waits, so that a client does not ask for everything a thousand times at once.
    return peer.flush()
  }

  function leave(peer: Peer, filter: string): void {
    if (peer.data.filters.delete(filter)) tree.delete(filter, peer)
  }
}

/** A message with the levels of its topic, split once. */
interface Retained {
  readonly message: Message
  readonly names: readonly string[]
}

function costOf({ message: { topic, payload }, names }: Retained): number {
  return topic.length + payload.length + 256 + 40 * names.length
}
