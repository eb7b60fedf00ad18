import {
  type Backplane,
  type BackplaneListener,
  type Client,
  createClient,
  jsonLines,
} from 'hawser'
import type { World } from 'hawser/simulate'
import type { HubMessage, Published } from './hub.js'

/** What came of one node about one topic since it was subscribed to. */
interface Hearing {
  /** The number of the first one. */
  readonly first: number
  last: number
  received: number
  missed: number
}

/** A node of the backplane, connected to the hub over the simulated network. It keeps account of all that passes. */
export class HubNode implements Backplane {
  readonly nodeId: string
  /** By topic, the number of the last message that it was to publish. */
  readonly numbers = new Map<string, number>()
  /** What it has handed to its server, and said to be missed. */
  readonly told = { received: 0, missed: 0 }
  readonly #world: World
  readonly #endpoint: string
  /** By topic and node. */
  readonly #hearings = new Map<string, Map<string, Hearing>>()
  #listener: BackplaneListener | undefined
  #client: Client<HubMessage, HubMessage> | undefined
  #links = 0

  constructor(world: World, nodeId: string, endpoint: string) {
    this.#world = world
    this.nodeId = nodeId
    this.#endpoint = endpoint
  }

  get connected(): boolean {
    return this.#client?.status.state === 'connected'
  }

  open(listener: BackplaneListener): void {
    this.#listener = listener
    this.#client = createClient<HubMessage, HubMessage>(this.#endpoint, {
      framing: jsonLines<HubMessage>(),
      random: () => this.#world.random(),
      connectTimeout: 4_000,
      backoff: { max: 2_000 },
      heartbeat: { every: 2_000, ping: { kind: 'ping' }, isPong: ({ kind }) => kind === 'ping' },
      whileDown: 'refuse',
      correlate: { isPush: () => true },
      onConnect: async ({ connection }) => {
        this.#links += 1
        await connection.send({ kind: 'hello', node: this.nodeId, link: this.#links })
        for (const topic of this.#hearings.keys())
          await connection.send({ kind: 'subscribe', topic })
      },
      onMessage: (message) => {
        if (message.kind === 'publish') this.#hear(message)
      },
    })
    this.#client.on('connected', () => listener.reconnected())
    this.#client.on('disconnected', ({ error }) => {
      listener.disconnected(error ?? new Error('the hub has ended the link'))
    })
  }

  async subscribe(topic: string): Promise<void> {
    if (!this.#hearings.has(topic)) this.#hearings.set(topic, new Map())
    await this.#send({ kind: 'subscribe', topic })
  }

  async unsubscribe(topic: string): Promise<void> {
    this.#hearings.delete(topic)
    await this.#send({ kind: 'unsubscribe', topic })
  }

  async publish(topic: string, message: Uint8Array): Promise<void> {
    const body = Buffer.from(message).toString('base64')
    const number = this.#next(topic)
    await this.#send({ kind: 'publish', topic, from: this.nodeId, number, body })
  }

  refused(topic: string): void {
    this.#next(topic)
  }

  async close(): Promise<void> {
    this.#listener = undefined
    await this.#client?.close()
  }

  /** What one that is subscribed has not been told of: every number has to have come, or to be missed. */
  compare(from: HubNode, topic: string): void {
    const hearing = this.#hearings.get(topic)?.get(from.nodeId)
    const all = from.numbers.get(topic) ?? 0
    const what = `${this.nodeId} heard of ${from.nodeId} about "${topic}"`
    this.#world.must(hearing !== undefined, `${what} nothing of ${all} messages`)
    if (hearing === undefined) return
    const { first, received, missed } = hearing
    this.#world.must(
      received + missed === all - first + 1,
      `${what} ${received} and missed ${missed} of ${all - first + 1} messages`,
    )
  }

  #next(topic: string): number {
    const number = (this.numbers.get(topic) ?? 0) + 1
    this.numbers.set(topic, number)
    return number
  }

  async #send(message: HubMessage): Promise<void> {
    await this.#client?.send(message)
  }

  #hear({ topic, from, number, body }: Published): void {
    const hearings = this.#hearings.get(topic)
    // It was on its way when the topic was given up.
    if (hearings === undefined || this.#listener === undefined) return
    const hearing = hearings.get(from) ?? {
      first: number,
      last: number - 1,
      received: 0,
      missed: 0,
    }
    hearings.set(from, hearing)
    const missed = number - hearing.last - 1
    const what = `${this.nodeId} heard message ${number} of ${from} about "${topic}"`
    this.#world.must(missed >= 0, `${what} after ${hearing.last}`)
    hearing.last = number
    hearing.received += 1
    hearing.missed += missed
    if (missed > 0) this.#listener.missed(topic, missed, from)
    this.told.missed += missed
    this.told.received += 1
    this.#listener.message(topic, Buffer.from(body, 'base64'), from)
  }
}
