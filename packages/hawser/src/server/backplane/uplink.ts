import { valueOf } from '../../callbacks.js'
import { BackplaneError, FramingError, type HawserError, textOf } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import type { Backplane, BackplaneCodec, BackplaneListener } from './backplane.js'
import { BackplaneCalls } from './backplane-calls.js'
import { decodeEnvelope, encodeEnvelope, type Overflow } from './envelope.js'
import { Subscriptions } from './subscriptions.js'

/** What every node is subscribed to: for everybody, and for several topics at once. */
const everybody = ''
/** Bytes that a message takes beside its own while it waits, measured: promises, a buffer, what calls back. */
const perMessage = 896
/** What it means that a message could not be published. */
const unpublished = 'members on other nodes do not get it, those on this one did'
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
  /** Whether a topic has members here. */
  isWanted(topic: string): boolean
  /** A message of another node; without topics, for everybody. */
  received(
    topics: readonly string[] | undefined,
    message: Out,
    options: { readonly overflow: Overflow },
  ): void
  failed(error: HawserError): void
}

/** Stands between a server's groups and its backplane: nothing that goes wrong there reaches a send. */
export class Uplink<Out> implements BackplaneListener {
  published = 0
  received = 0
  lost = 0
  readonly #options: UplinkOptions<Out>
  readonly #owner: UplinkOwner<Out>
  readonly #clock: Clock
  readonly #calls: BackplaneCalls
  readonly #subscriptions: Subscriptions
  #queued = 0
  #isOpen = false
  #started = false
  #closed = false

  constructor(options: UplinkOptions<Out>, clock: Clock, owner: UplinkOwner<Out>) {
    this.#options = options
    this.#clock = clock
    this.#owner = owner
    this.#calls = new BackplaneCalls((error) => owner.failed(error))
    const isWanted = (topic: string): boolean =>
      !this.#closed && (topic === everybody || owner.isWanted(topic))
    this.#subscriptions = new Subscriptions(options.backplane, this.#calls, clock, isWanted)
  }

  /** Bytes that wait to be published. */
  get queued(): number {
    return this.#options.backplane.queued ?? this.#queued
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
    this.#subscriptions.begin(everybody)
  }

  subscribe(topic: string): void {
    if (this.#isReady()) this.#subscriptions.begin(topic)
  }

  unsubscribe(topic: string): void {
    if (this.#isReady()) this.#subscriptions.end(topic)
  }

  /** Bring a message to the other nodes; without topics, for everybody there. */
  publish(topics: readonly string[] | undefined, message: Out, overflow: Overflow): void {
    if (!this.#isReady() || this.#isFull()) return
    const [only] = topics ?? []
    const isOne = only !== undefined && topics?.length === 1
    const bytes = this.#encode(isOne ? [] : (topics ?? []), message, overflow)
    if (bytes !== undefined) this.#bring(isOne ? only : everybody, bytes)
  }

  #encode(topics: readonly string[], message: Out, overflow: Overflow): Uint8Array | undefined {
    try {
      return encodeEnvelope({ topics, message, overflow }, this.#options.codec)
    } catch (error) {
      this.#calls.failed('publish', error, unpublished)
      this.lost += 1
      return undefined
    }
  }

  /** Apart from the encoding, because what waits keeps all that is in reach here. */
  #bring(topic: string, bytes: Uint8Array): void {
    const size = bytes.length + perMessage
    const sending = this.#calls.run(
      'publish',
      () => this.#options.backplane.publish(topic, bytes),
      unpublished,
      (worked) => {
        if (worked) this.published += 1
        else this.lost += 1
      },
    )
    if (sending === undefined) return
    this.#queued += size
    void sending.then(() => {
      this.#queued -= size
    })
  }

  message(topic: string, bytes: Uint8Array, from: string): void {
    if (this.#closed || from === this.nodeId) return
    try {
      const { topics, message, overflow } = decodeEnvelope(bytes, this.#options.codec)
      const one = topic === everybody ? undefined : [topic]
      this.received += 1
      this.#owner.received(topics.length === 0 ? one : topics, message, { overflow })
      this.#calls.worked('receive')
    } catch (error) {
      // What the framing of a member cannot carry says so itself.
      if (error instanceof FramingError) this.#calls.tell('receive', error)
      else this.#calls.failed('receive', error, `a message of the node ${from} is lost`)
    }
  }

  failed(error: Error): void {
    if (this.#closed) return
    const message = textOf(error)
    const text = `the backplane failed: ${message}; members on other nodes may miss messages`
    this.#owner.failed(new BackplaneError('HAWSER_BACKPLANE_FAILED', text, { cause: error }))
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
    valueOf('backplane.open', this.#options.backplane.open(this) as unknown)
    this.#isOpen = true
  }

  #isReady(): boolean {
    if (this.#closed) return false
    if (!this.#isOpen) {
      void this.#calls.run('open', () => this.#open(), 'nothing is exchanged with other nodes')
    }
    return this.#isOpen
  }

  #isFull(): boolean {
    const { queueLimit } = this.#options
    const { queued } = this
    // Not at the first byte of room, or every message would be news.
    if (queued <= queueLimit / 2) this.#calls.worked('queue')
    if (queued < queueLimit) return false
    this.lost += 1
    const text =
      `${queued} bytes wait to be published and ${queueLimit} may (backplaneQueue): members on ` +
      'other nodes miss what is sent now; send less, or raise backplaneQueue'
    this.#calls.tell('queue', new BackplaneError('HAWSER_BACKPLANE_FULL', text, { op: 'publish' }))
    return true
  }
}
