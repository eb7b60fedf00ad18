import type { Msg, NatsConnection, Status, Subscription } from '@nats-io/transport-node'
import { BackplaneError } from 'hawser'
import { textOf } from './connect-error.js'
import { type Beat, Pulse } from './pulse.js'

/** Milliseconds that the end may take; a server gives its backplane a second. */
const closeTimeout = 900

/** Pings that leave within a turn: four, and their replies, cost about what one more write does. */
const pingsWithin = 4

/** What the link tells. */
export interface LinkOwner {
  failed(error: Error): void
  disconnected(error: Error): void
  reconnected(): void
}

/** A message as the client has it: its subject is read when it is asked for. */
export type Received = Pick<Msg, 'data' | 'subject'>

/** What one ping confirms, and has to reach the server over one connection. */
interface Batch {
  readonly run: number
  readonly sent: Promise<void>
}

/** The connection to the NATS server, through all its ends and beginnings. */
export class Link {
  readonly #nats: NatsConnection
  readonly #owner: LinkOwner
  readonly #pulse: Pulse
  #isUp = true
  #isClosing = false
  /** Counts the ends of the connection: a reply to a ping of another run says nothing. */
  #run = 0
  #batch: Batch | undefined
  /** Batches that left in this turn of the event loop. */
  #left = 0
  #why: string | undefined
  #reported: string | undefined

  constructor(nats: NatsConnection, owner: LinkOwner, { every, misses }: Beat) {
    this.#nats = nats
    this.#owner = owner
    this.#pulse = new Pulse(nats, {
      every,
      misses,
      isUp: () => this.#isUp,
      vanished: () => {
        this.#why = 'it did not reply to pings'
        this.#down('the connection to the NATS server ended')
      },
    })
    void this.#watch()
  }

  get connected(): boolean {
    return this.#isUp
  }

  /** Bytes that the server takes in one message. */
  get maxPayload(): number {
    return this.#nats.info?.max_payload ?? Infinity
  }

  subscribe(subject: string, received: (message: Received) => void): Subscription {
    return this.#nats.subscribe(subject, {
      // An error here comes as a status as well.
      callback(error, message) {
        if (error === null) received(message)
      },
    })
  }

  /**
   * Send what no call waits for.
   *
   * @throws when the client refuses it
   */
  send(subject: string, bytes: Uint8Array): void {
    this.#nats.publish(subject, bytes)
  }

  /**
   * Send a message.
   *
   * @returns as `flushed` does
   * @throws when the client refuses it
   */
  publish(subject: string, message: Uint8Array): Promise<void> {
    // First, so that the ping is there when the client writes, and leaves with the message.
    const sent = this.flushed()
    this.#nats.publish(subject, message)
    return sent
  }

  /** Fulfils when the server has all that is sent until now; rejects when the connection ends before. */
  flushed(): Promise<void> {
    const run = this.#run
    if (this.#batch?.run === run) return this.#batch.sent
    const sent = new Promise<void>((resolve, reject) => {
      this.#afterwards(() => {
        if (this.#batch?.sent === sent) this.#batch = undefined
        // What was sent in a run that is over is gone, whatever the server says now.
        if (run === this.#run) this.#nats.flush().then(resolve, reject)
        else reject(this.#lost('the connection to the NATS server ended'))
      })
    })
    // Each caller has the rejection in its own promise; one that does not look is not ended by it.
    sent.catch(() => undefined)
    this.#batch = { run, sent }
    return sent
  }

  /**
   * The client writes behind each callback of a turn. The first pings of a turn leave with the messages
   * of their callback, in one write; one more, at its end, is for all that come later in it.
   */
  #afterwards(leave: () => void): void {
    if (this.#left === pingsWithin) {
      setImmediate(leave)
      return
    }
    if (this.#left === 0) setImmediate(() => (this.#left = 0))
    this.#left += 1
    queueMicrotask(leave)
  }

  /** Lets go of the server, once it has what was sent. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#pulse.stop()
    const drain = this.#isUp && !this.#nats.isClosed()
    this.#isUp = false
    if (drain) await within(closeTimeout, this.#nats.drain())
    await within(closeTimeout, this.#nats.close())
  }

  async #watch(): Promise<void> {
    for await (const status of this.#nats.status()) {
      if (this.#isClosing) return
      this.#changed(status)
    }
  }

  #changed(status: Status): void {
    switch (status.type) {
      case 'disconnect':
        this.#down(`the connection to the NATS server ${status.server} ended`)
        break
      case 'close':
        this.#down('the NATS client has given up')
        break
      case 'reconnect':
        if (!this.#isUp) void this.#rejoin(this.#run)
        break
      case 'staleConnection':
        this.#why = 'it did not reply to pings'
        break
      case 'error':
        this.#failed(status.error)
        break
      case 'forceReconnect':
      case 'ldm':
      case 'ping':
      case 'reconnecting':
      case 'slowConsumer':
      case 'update':
        break
    }
  }

  #down(what: string): void {
    this.#run += 1
    if (!this.#isUp) return
    this.#isUp = false
    const why = this.#why
    this.#why = undefined
    this.#owner.disconnected(this.#lost(why === undefined ? what : `${what}: ${why}`))
  }

  /** The client has asked for all subscriptions again: the server has them with its reply to a ping. */
  async #rejoin(run: number): Promise<void> {
    try {
      await this.#nats.flush()
    } catch {
      // It is lost again, and the client goes on.
      return
    }
    if (run !== this.#run || this.#isUp || this.#isClosing) return
    this.#isUp = true
    this.#reported = undefined
    this.#owner.reconnected()
  }

  /** The first of a run: a server that refuses something says so each time. */
  #failed(cause: Error): void {
    const text = textOf(cause)
    if (this.#reported === text) return
    this.#reported = text
    this.#owner.failed(this.#lost(`the NATS server complained: ${text}`, cause))
  }

  #lost(text: string, cause?: Error): BackplaneError {
    return new BackplaneError('HAWSER_BACKPLANE_FAILED', text, { cause })
  }
}

/** Waits for a promise so long, whatever becomes of it. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds).unref()
  })
  const over = promise.then(
    () => undefined,
    () => undefined,
  )
  await Promise.race([over, late])
  clearTimeout(timer)
}
