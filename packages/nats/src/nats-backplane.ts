import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import { type Backplane, BackplaneError, type BackplaneListener, OptionError } from 'hawser'
import { Attempt } from './attempt.js'
import { explainConnect, textOf } from './connect-error.js'
import { decodeMessage, decodeSign, encodeMessage, encodeSign, headerSize } from './header.js'
import { Link, type LinkOwner, type Received } from './link.js'
import { Names } from './names.js'
import { type NatsBackplaneOptions, resolveOptions, type Settings } from './options.js'
import { Presence } from './presence.js'
import { Hearing, ReceivedSequences, SentSequences } from './sequences.js'
import { type Sign, signOf, signSubject, subjectOf } from './subjects.js'

/** A node of a backplane on NATS: what one server is given. */
export interface NatsBackplane extends Backplane {
  /** Whether the connection to the NATS server is there. */
  readonly connected: boolean
  /**
   * Messages on subjects of this backplane that no node of this version published, or one that is called
   * as this one is. They are dropped, and the first of each is brought to `onError`.
   */
  readonly strangers: number
  /** The names of the other nodes that gave a sign of life, without those that have gone. */
  nodes(): Iterable<string>
  /**
   * Bring a message to the other nodes.
   *
   * @returns fulfils when the NATS server has all that was published in this turn of the event loop;
   *   rejects when the connection ends before
   * @throws {BackplaneError} while there is no connection, or when the message is larger than the NATS
   *   server's `max_payload`
   */
  publish(topic: string, message: Uint8Array): Promise<void>
  /**
   * Lets go of the NATS server, once it has what was published. A server calls it when it closes; call
   * it where no server does. It never rejects, and takes two seconds at most.
   */
  close(): Promise<void>
}

/**
 * A backplane between servers on any machines: what a server sends to a topic, or broadcasts, reaches
 * the members at all servers that are connected to the same NATS server or cluster, with the same
 * `prefix`. Make one for each server.
 *
 * Messages are published on NATS core, so each comes at most once. While the connection is lost,
 * `publish` throws and the client goes on connecting; the subscriptions are there again with it.
 *
 * ```ts
 * const server = createServer({ framing: lines(), backplane: await natsBackplane() })
 * ```
 *
 * @param options which NATS server, and how
 * @returns rejects with an `OptionError` when an option cannot work, and with a `BackplaneError` when
 *   no server is there, or it refuses the credentials
 */
export async function natsBackplane(options: NatsBackplaneOptions = {}): Promise<NatsBackplane> {
  const settings = resolveOptions(options)
  const attempt = new Attempt()
  let nats: NatsConnection
  try {
    nats = await attempt.run(() => connect(settings.client))
  } catch (cause) {
    throw explainConnect(cause, settings.servers, attempt.abandon())
  }
  return new NatsNode(settings, nats)
}

class NatsNode implements NatsBackplane, LinkOwner {
  readonly nodeId: string
  strangers = 0
  readonly #prefix: string
  readonly #link: Link
  readonly #presence: Presence
  readonly #names = new Names()
  readonly #sent = new SentSequences()
  readonly #received = new ReceivedSequences()
  readonly #topics = new Map<string, Subscription>()
  #subscriptions = 0
  #signs: readonly Subscription[] = []
  #listener: BackplaneListener | undefined
  #isOpen = false
  #overflowed = false
  #metStranger = false
  #hasNamesake = false
  /** Whether its signs of life cannot leave. */
  #isMute = false
  #closing: Promise<void> | undefined

  constructor({ nodeId, prefix, presence, maxNodes, beat }: Settings, nats: NatsConnection) {
    this.nodeId = nodeId
    this.#prefix = prefix
    this.#link = new Link(nats, this, beat)
    this.#presence = new Presence({
      nodeId,
      every: presence,
      maxNodes,
      say: (sign, to) => this.#say(sign, to),
      overflowed: () => this.#overflow(maxNodes),
    })
  }

  get connected(): boolean {
    return this.#link.connected
  }

  nodes(): Iterable<string> {
    return this.#presence.nodes
  }

  open(listener: BackplaneListener): void {
    if (this.#isOpen || this.#closing !== undefined) {
      const what = `the backplane node ${this.nodeId} ${this.#isOpen ? 'has a server' : 'is closed'}`
      throw new OptionError('HAWSER_INVALID_OPTION', what, {
        remedy: 'call natsBackplane() for each server',
      })
    }
    this.#isOpen = true
    this.#listener = listener
    const hear = ({ data, subject }: Received): void => this.#heard(data, subject)
    this.#signs = [undefined, this.nodeId].map((to) =>
      this.#link.subscribe(signSubject(this.#prefix, '*', to), hear),
    )
    this.#presence.begin()
  }

  refused(topic: string): void {
    // It takes a number all the same: so the others know that they miss it.
    this.#sent.next(topic)
  }

  subscribe(topic: string): void | Promise<void> {
    if (this.#closing !== undefined || this.#topics.get(topic)?.isClosed() === false) return
    this.#subscriptions += 1
    const number = this.#subscriptions
    const hearing = new Hearing(this.#received, number)
    const subscription = this.#link.subscribe(subjectOf(this.#prefix, topic), ({ data }) =>
      this.#take(topic, hearing, data),
    )
    this.#topics.set(topic, subscription)
    // Without a connection, the client asks for it when there is one.
    if (this.connected) return this.#confirm(topic, subscription)
  }

  unsubscribe(topic: string): void {
    this.#topics.get(topic)?.unsubscribe()
    this.#topics.delete(topic)
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    // What cannot leave takes a number as well: so the others know that they miss it.
    const sent = this.#sent.next(topic)
    if (!this.connected) {
      throw failure(
        this.#closing === undefined
          ? 'there is no connection to the NATS server'
          : 'the backplane is closed',
      )
    }
    const size = headerSize(this.nodeId) + message.length
    const { maxPayload } = this.#link
    if (size > maxPayload) {
      const what = `a message takes ${size} bytes and the NATS server takes ${maxPayload}`
      throw failure(what, 'send less at once, or raise max_payload in its configuration')
    }
    const { epoch, number } = sent
    const bytes = encodeMessage({ from: this.nodeId, epoch, number }, message)
    sent.subject ??= subjectOf(this.#prefix, topic)
    return this.#link.publish(sent.subject, bytes)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  failed(error: Error): void {
    this.#listener?.failed(error)
  }

  disconnected(error: Error): void {
    this.#presence.pause()
    this.#listener?.disconnected(error)
  }

  reconnected(): void {
    if (this.#isOpen) this.#presence.begin()
    this.#listener?.reconnected()
  }

  async #close(): Promise<void> {
    this.#listener = undefined
    this.#presence.end()
    // Nothing is heard any more, so there is nothing to drain that comes in.
    for (const subscription of [...this.#signs, ...this.#topics.values()])
      subscription.unsubscribe()
    this.#topics.clear()
    await this.#link.close()
  }

  /** Fulfils when the server has the subscription, or will be asked for it anew. */
  async #confirm(topic: string, subscription: Subscription): Promise<void> {
    try {
      await this.#link.flushed()
    } catch {
      return
    }
    if (this.#topics.get(topic) !== subscription || !subscription.isClosed()) return
    this.#topics.delete(topic)
    const remedy = `let this user subscribe to ${this.#prefix}.>`
    throw failure('the NATS server does not permit the subscription', remedy)
  }

  #take(topic: string, hearing: Hearing, data: Uint8Array): void {
    const message = decodeMessage(data, this.#names)
    if (message === undefined) {
      this.#meetStranger(data)
      return
    }
    const { from, body } = message
    if (from === this.nodeId) {
      if (!this.#sent.hasEpoch(message.epoch)) this.#meetNamesake()
      return
    }
    const missing = hearing.take(from, message)
    if (missing === 'duplicate') return
    if (missing === 'stranger') {
      this.#meetStranger(data)
      return
    }
    if (missing > 0) this.#listener?.missed(topic, missing, from)
    this.#listener?.message(topic, body, from)
  }

  #heard(data: Uint8Array, subject: string): void {
    const signature = decodeSign(data)
    const sign = signOf(this.#prefix, subject)
    if (signature === undefined || sign === undefined) this.#meetStranger(data)
    else if (signature.from !== this.nodeId) this.#presence.heard(signature.from, sign)
    else if (signature.instance !== this.#sent.instance && sign !== 'bye') this.#meetNamesake()
  }

  #meetStranger(data: Uint8Array): void {
    this.strangers += 1
    if (this.#metStranger) return
    this.#metStranger = true
    const what = `${data.length} bytes on subjects of ${this.#prefix} are of no node of this version`
    const remedy = 'give another prefix to programs that are no nodes'
    this.failed(failure(what, remedy))
  }

  /** Another node has this one's name. What it says is dropped: by names nodes tell who said what. */
  #meetNamesake(): void {
    this.strangers += 1
    if (this.#hasNamesake) return
    this.#hasNamesake = true
    const what = `another node is called ${this.nodeId} as well: the two do not hear each other`
    this.failed(failure(what, 'give each node a nodeId of its own, or none'))
  }

  #overflow(maxNodes: number): void {
    if (this.#overflowed) return
    this.#overflowed = true
    this.failed(failure(`there are more than ${maxNodes} other nodes`, 'raise maxNodes'))
  }

  #say(sign: Sign, to?: string): void {
    if (!this.connected) return
    try {
      const bytes = encodeSign({ from: this.nodeId, instance: this.#sent.instance })
      this.#link.send(signSubject(this.#prefix, sign, to), bytes)
    } catch (cause) {
      if (this.#isMute) return
      this.#isMute = true
      const what = `the NATS server takes no sign of life, so other nodes do not know this one: ${textOf(cause)}`
      this.failed(failure(what, 'raise max_payload in its configuration'))
    }
  }
}

function failure(what: string, remedy?: string): BackplaneError {
  return new BackplaneError('HAWSER_BACKPLANE_FAILED', what, { remedy })
}
