import { valueOf } from '../../callbacks.js'
import { BackplaneError, FramingError, type HawserError, textOf } from '../../errors.js'
import type { HeadCount } from '../../connection/server-face.js'
import type { BackplaneInfo } from '../../observe/server-info.js'
import type { Clock } from '../../policy/clock.js'
import type { Backplane, BackplaneCodec, BackplaneListener } from './backplane.js'
import { BackplaneCalls } from './backplane-calls.js'
import { decodeEnvelope, encodeEnvelope, type Envelope, type Overflow } from './envelope.js'
import { countForm, HeadCounts } from './head-counts.js'
import { Publisher } from './publisher.js'
import { Subscriptions } from './subscriptions.js'

/** What every node is subscribed to: for everybody, and for several topics at once. */
const everybody = ''
/** What begins so is no message for members: questions, which every node is subscribed to, … */
const questions = '\0'
/** … and replies, which only the node that asked is. */
const repliesTo = (nodeId: string): string => `\0${nodeId}`
/** Milliseconds a backplane may take to close; a server's end does not wait for ever. */
const closeTimeout = 1_000

/** Which backplane, and how. */
export interface UplinkOptions<Out> {
  readonly backplane: Backplane
  readonly codec: BackplaneCodec<Out> | undefined
  /** Bytes that may be under way to it. */
  readonly queueLimit: number
}

/** What the uplink asks and tells. */
export interface UplinkOwner<Out> {
  /** The members of topics here, each once. */
  count(topics: readonly string[]): number
  /** Whether a topic has members here. */
  isWanted(topic: string): boolean
  /** A message of another node; without topics, for everybody. */
  received(
    topics: readonly string[] | undefined,
    message: Out,
    options: { readonly overflow: Overflow },
  ): void
  failed(error: HawserError): void
  /** The link is lost, or is there again. */
  changed(): void
}

/** Stands between a server's groups and its backplane: nothing that goes wrong there reaches a send. */
export class Uplink<Out> {
  received = 0
  missed = 0
  readonly #headCounts: HeadCounts
  readonly #listener: BackplaneListener = {
    message: (topic, bytes, from) => this.#received(topic, bytes, from),
    failed: (error) => this.#failed('the backplane failed', error),
    disconnected: (error) => {
      this.#failed('the link to the other nodes is lost', error)
      this.#changed()
    },
    reconnected: () => this.#changed(),
    missed: (topic, count) => {
      // A sender can number as it likes: the sum stays a number that counting goes on from.
      const missed = topic.startsWith(questions) ? this.missed : this.missed + count
      this.missed = Math.min(missed, Number.MAX_SAFE_INTEGER)
    },
  }
  readonly #options: UplinkOptions<Out>
  readonly #owner: UplinkOwner<Out>
  readonly #clock: Clock
  readonly #calls: BackplaneCalls
  readonly #subscriptions: Subscriptions
  readonly #publisher: Publisher
  #hearsReplies: Promise<void> | undefined
  #isOpen = false
  #started = false
  #closed = false
  /** Messages in the name of a node whose bytes say nothing. */
  #unreadable = 0

  constructor(options: UplinkOptions<Out>, clock: Clock, owner: UplinkOwner<Out>) {
    this.#options = options
    this.#clock = clock
    this.#owner = owner
    this.#calls = new BackplaneCalls((error) => owner.failed(error))
    const isWanted = (topic: string): boolean =>
      !this.#closed && (topic === everybody || topic.startsWith(questions) || owner.isWanted(topic))
    this.#subscriptions = new Subscriptions(options.backplane, this.#calls, clock, isWanted)
    this.#publisher = new Publisher(options.backplane, this.#calls, options.queueLimit)
    this.#headCounts = new HeadCounts({
      clock,
      nodes: () => this.nodes,
      count: (topics) => owner.count(topics),
      ask: (bytes, failed) => this.#publisher.ask(questions, bytes, failed),
      reply: (to, bytes) => this.#publisher.say(repliesTo(to), bytes),
    })
  }

  /** What passed between this node and the others until now. */
  get info(): BackplaneInfo {
    const { nodeId, received, missed, connected } = this
    const { published, lost, queued } = this.#publisher
    const nodes = this.nodes?.length
    const strangers = this.#unreadable + (this.#options.backplane.strangers ?? 0)
    return { nodeId, published, received, lost, missed, strangers, connected, nodes, queued }
  }

  /** Whether the link to the other nodes is there. */
  get connected(): boolean {
    return this.#isOpen && !this.#closed && (this.#options.backplane.connected ?? true)
  }

  /** The names of the other nodes; undefined where the backplane does not know. */
  get nodes(): readonly string[] | undefined {
    const { backplane } = this.#options
    if (backplane.nodes === undefined || !this.#isOpen) return undefined
    let nodes: readonly string[] | undefined
    const read = (): void => {
      const known = valueOf('backplane.nodes', backplane.nodes?.())
      nodes = known && [...known]
    }
    void this.#calls.run('nodes', read, 'how many nodes there are is not known')
    return nodes
  }

  get nodeId(): string {
    return this.#options.backplane.nodeId
  }

  /**
   * The server listens.
   *
   * @throws whatever the backplane does when it cannot be opened
   */
  start(): void {
    if (this.#started) return
    this.#open()
    this.#started = true
    void this.#subscriptions.begin(everybody)
    void this.#subscriptions.begin(questions)
  }

  /** How many members topics have on all nodes. */
  async count(topics: readonly string[], timeout: number): Promise<HeadCount> {
    if (this.#isReady()) {
      // Replies come to what only this node is subscribed to, and only once it is.
      this.#hearsReplies ??= this.#subscriptions.begin(repliesTo(this.nodeId)) ?? Promise.resolve()
      await this.#hearsReplies
    }
    if (this.#isReady()) return this.#headCounts.ask(topics, timeout)
    const text = 'the members on other nodes cannot be counted: the backplane is closed'
    throw new BackplaneError('HAWSER_BACKPLANE_FAILED', text, { op: 'publish' })
  }

  subscribe(topic: string): void {
    if (this.#isReady()) void this.#subscriptions.begin(topic)
  }

  unsubscribe(topic: string): void {
    if (this.#isReady()) this.#subscriptions.end(topic)
  }

  /** Bring a message to the other nodes; without topics, for everybody there. */
  publish(topics: readonly string[] | undefined, message: Out, overflow: Overflow): void {
    if (!this.#isReady()) return
    const [only] = topics ?? []
    const isOne = only !== undefined && topics?.length === 1
    const topic = isOne ? only : everybody
    if (this.#publisher.hasNoRoom(topic)) return
    const envelope = { topics: isOne ? [] : (topics ?? []), message, overflow }
    const bytes = this.#encode(topic, envelope)
    if (bytes !== undefined) this.#publisher.publish(topic, bytes)
  }

  #encode(topic: string, envelope: Envelope<Out>): Uint8Array | undefined {
    try {
      return encodeEnvelope(envelope, this.#options.codec)
    } catch (error) {
      this.#publisher.failed(topic, error)
      return undefined
    }
  }

  #received(topic: string, bytes: Uint8Array, from: string): void {
    if (this.#closed || from === this.nodeId) return
    let envelope: Envelope<Out> | undefined
    try {
      if (bytes[0] === countForm) this.#headCounts.heard(bytes, from)
      else envelope = decodeEnvelope(bytes, this.#options.codec)
    } catch (error) {
      this.#unreadable += 1
      this.#unusable(error, from)
      return
    }
    try {
      if (envelope !== undefined) this.#deliver(topic, envelope)
      this.#calls.worked('receive')
    } catch (error) {
      this.#unusable(error, from)
    }
  }

  #deliver(topic: string, { topics, message, overflow }: Envelope<Out>): void {
    const one = topic === everybody ? undefined : [topic]
    this.received += 1
    this.#owner.received(topics.length === 0 ? one : topics, message, { overflow })
  }

  #unusable(error: unknown, from: string): void {
    // What the framing of a member cannot carry says so itself.
    if (error instanceof FramingError) this.#calls.tell('receive', error)
    else this.#calls.failed('receive', error, `a message of the node ${from} is lost`)
  }

  #failed(what: string, cause: Error): void {
    if (this.#closed) return
    const text = `${what}: ${textOf(cause)}; members on other nodes may miss messages`
    this.#owner.failed(new BackplaneError('HAWSER_BACKPLANE_FAILED', text, { cause }))
  }

  #changed(): void {
    if (this.#closed) return
    this.#owner.changed()
  }

  /** Fulfils when the backplane has closed, or has had its time. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#subscriptions.stop()
    if (!this.#isOpen) return
    const { backplane } = this.#options
    const closing = this.#calls.run('close', () => backplane.close(), 'it is left as it is')
    if (closing === undefined) return
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(resolve, closeTimeout, true)
      void closing.then(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  #open(): void {
    if (this.#isOpen) return
    valueOf('backplane.open', this.#options.backplane.open(this.#listener) as unknown)
    this.#isOpen = true
  }

  #isReady(): boolean {
    if (this.#closed) return false
    if (!this.#isOpen) {
      void this.#calls.run('open', () => this.#open(), 'nothing is exchanged with other nodes')
    }
    return this.#isOpen
  }
}
