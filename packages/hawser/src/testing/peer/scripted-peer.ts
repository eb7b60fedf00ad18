import { checkDeadline, defaultDeadline, withDeadline } from '../test-deadline.js'
import { ignore } from '../../promises.js'
import { checkOptions } from '../../options/check-options.js'
import { escapeBytes } from '../escape.js'
import type { Transport } from '../../transport.js'
import { describeDifference, ExpectationError } from './expectation-error.js'
import { PeerInbox } from './peer-inbox.js'
import { TransportWire } from './transport-wire.js'
import type { PeerEndpoint } from './peer-endpoint.js'
import { dialSocket } from './dial-socket.js'
import {
  scriptedListenNames,
  type ScriptedListenOptions,
  scriptedPeerNames,
  type ScriptedPeerOptions,
} from './peer-options.js'
import { openListener, type PeerListener } from './peer-listener.js'
import type { Wire } from './wire.js'

/** How a scripted peer's stream came to its end. */
export interface PeerClosed {
  /** The operating system's error, such as one with the code `ECONNRESET`; absent after a clean end. */
  readonly error: Error | undefined
}

/** A server whose clients are played by a script. */
export type ScriptedListener = PeerListener<ScriptedPeer>

/**
 * The other side of a connection under test, played step by step: it says and does only what the
 * script says, in that order, and so it can do what a well-behaved peer never does.
 *
 * ```ts
 * const peer = await ScriptedPeer.connect(server.address())
 * await peer.send('hel')
 * await peer.send('lo\n')
 * await peer.receives('HELLO\n')
 * peer.end()
 * await peer.receivesEnd()
 * await peer.closed
 * ```
 *
 * Every expectation has a deadline, and one that fails shows what was expected and what came. A
 * peer is released by `reset`, `close`, an `end` from both sides, or `await using`.
 */
export class ScriptedPeer implements AsyncDisposable {
  /** Fulfils when the stream is gone, however that came. */
  readonly closed: Promise<PeerClosed>
  readonly #wire: Wire
  readonly #deadline: number
  readonly #inbox = new PeerInbox()
  #isReading: boolean
  #isExpecting = false

  /** A peer on a wire of its own kind; most use one of the static functions. */
  constructor(wire: Wire, options: ScriptedPeerOptions = {}) {
    checkOptions(options, scriptedPeerNames)
    this.#wire = wire
    this.#deadline = checkDeadline(options.deadline ?? defaultDeadline)
    this.#isReading = options.reading ?? true
    const inbox = this.#inbox
    this.closed = new Promise((resolve) => {
      wire.start({
        received: (bytes) => inbox.push(bytes),
        peerEnded: () => {
          inbox.ended = true
          inbox.notify()
        },
        gone: (error) => {
          inbox.closed = true
          inbox.error = error
          inbox.notify()
          resolve({ error })
        },
      })
    })
    if (this.#isReading) wire.startReading()
    else wire.stopReading()
  }

  /**
   * A client: connects to a server under test.
   *
   * @throws the operating system's error when nothing listens there
   * @throws OptionError `HAWSER_INVALID_ENDPOINT` when `endpoint` is none of its forms
   */
  static async connect(
    endpoint: PeerEndpoint | null,
    options: ScriptedPeerOptions = {},
  ): Promise<ScriptedPeer> {
    checkOptions(options, scriptedPeerNames)
    const deadline = checkDeadline(options.deadline ?? defaultDeadline)
    return new ScriptedPeer(await dialSocket(endpoint, deadline), options)
  }

  /** A server: listens for clients under test, and plays each that is accepted. */
  static async listen(options: ScriptedListenOptions = {}): Promise<ScriptedListener> {
    checkOptions(options, scriptedListenNames)
    const { deadline, reading } = options
    const own = {
      ...(deadline === undefined ? {} : { deadline }),
      ...(reading === undefined ? {} : { reading }),
    }
    return openListener(options, (wire) => new ScriptedPeer(wire, own))
  }

  /** A peer in memory, on one end of `createPair`, which it starts. */
  static over(transport: Transport, options: ScriptedPeerOptions = {}): ScriptedPeer {
    return new ScriptedPeer(new TransportWire(transport), options)
  }

  /** How many bytes have arrived that no expectation has taken. */
  get unread(): number {
    return this.#inbox.size
  }

  /**
   * Send bytes, or text as UTF-8.
   *
   * @returns fulfils when the operating system has taken them, rejects when it never will or not
   *   before the deadline; an unhandled rejection does no harm
   */
  send(data: Uint8Array | string): Promise<void> {
    const bytes = Buffer.from(data)
    const sent = withDeadline(
      this.#wire.send(bytes),
      this.#deadline,
      () => `${bytes.length} bytes were not taken: the other side does not read`,
    )
    sent.catch(ignore)
    return sent
  }

  /**
   * Expect exactly these bytes next, however they are cut. What comes behind them stays for the
   * next expectation.
   *
   * @throws ExpectationError at the first byte that differs, when the stream ends before, or at
   *   the deadline
   */
  async receives(expected: Uint8Array | string): Promise<void> {
    const wanted = Buffer.from(expected)
    const got: Uint8Array[] = []
    const describe = (): string =>
      `expected ${escapeBytes(wanted)}, but only ${escapeBytes(Buffer.concat(got))} came and ${this.#describeState()}`
    await this.#expect(async () => {
      for (let offset = 0; offset < wanted.length;) {
        await this.#untilBytes(1, describe)
        const part = this.#inbox.take(wanted.length - offset)
        got.push(part)
        if (Buffer.compare(part, wanted.subarray(offset, offset + part.length)) !== 0) {
          const all = Buffer.concat([...got, this.#inbox.peek(100)])
          throw new ExpectationError(describeDifference(wanted, all), wanted, all)
        }
        offset += part.length
      }
    }, describe)
  }

  /**
   * Take the next `size` bytes, whatever they are.
   *
   * @throws ExpectationError when the stream ends before, or at the deadline
   */
  async receive(size: number): Promise<Uint8Array> {
    const describe = (): string => `expected ${size} bytes, but ${this.#describeUnread()}`
    await this.#expect(() => this.#untilBytes(size, describe), describe)
    return this.#inbox.take(size)
  }

  /**
   * Take everything up to the other side's end.
   *
   * @throws ExpectationError when the stream is reset instead, or at the deadline
   */
  async receiveAll(): Promise<Uint8Array> {
    const describe = (): string => `expected the end, but ${this.#describeUnread()}`
    await this.#expect(() => this.#untilEnd(describe), describe)
    return this.#inbox.take(Infinity)
  }

  /**
   * Expect the other side's end (FIN), and no byte before it.
   *
   * @throws ExpectationError when bytes come, the stream is reset instead, or at the deadline
   */
  async receivesEnd(): Promise<void> {
    const describe = (): string => `expected the end, but ${this.#describeUnread()}`
    await this.#expect(async () => {
      while (!this.#inbox.ended && this.#inbox.size === 0 && !this.#inbox.closed) {
        await this.#inbox.change()
      }
      if (!this.#inbox.ended || this.#inbox.size > 0) throw new ExpectationError(describe())
    }, describe)
  }

  /**
   * Expect that the stream is broken off with an error: a reset. Bytes that come before are left.
   *
   * @throws ExpectationError when it ends in an orderly way instead, or at the deadline
   */
  async receivesReset(): Promise<void> {
    const describe = (): string => `expected a reset, but ${this.#describeUnread()}`
    await this.#expect(async () => {
      while (!this.#inbox.closed) await this.#inbox.change()
      if (this.#inbox.error === undefined) throw new ExpectationError(describe())
    }, describe)
  }

  /** End our direction (FIN) behind all that was sent. Reading goes on. */
  end(): void {
    this.#wire.end()
  }

  /** Break the stream off: the other side sees a reset (on a Unix socket, an end). */
  reset(): void {
    this.#wire.reset()
  }

  /** Let go of the stream as a process does that ends: a reset when bytes were left unread. */
  close(): void {
    this.#wire.close()
  }

  /** Read nothing more, so that the other side's writes stall once the kernel's buffers are full. */
  stopReading(): void {
    this.#isReading = false
    this.#wire.stopReading()
  }

  /** Read again. */
  startReading(): void {
    this.#isReading = true
    this.#wire.startReading()
  }

  /** `close`, and wait until the stream is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }

  async #expect(run: () => Promise<void>, describe: () => string): Promise<void> {
    if (this.#isExpecting) throw new Error('an expectation of this peer is under way: await it')
    this.#isExpecting = true
    try {
      await withDeadline(run(), this.#deadline, describe)
    } finally {
      this.#isExpecting = false
      this.#inbox.forget()
    }
  }

  async #untilBytes(size: number, describe: () => string): Promise<void> {
    const inbox = this.#inbox
    while (inbox.size < size) {
      if (inbox.ended || inbox.closed) throw new ExpectationError(describe())
      await inbox.change()
    }
  }

  #describeUnread(): string {
    const inbox = this.#inbox
    const bytes =
      inbox.size === 0 ? 'nothing' : `${inbox.size} bytes ${escapeBytes(inbox.peek(200))}`
    return `${bytes} came and ${this.#describeState()}`
  }

  #describeState(): string {
    const { ended, closed, error } = this.#inbox
    if (error !== undefined) return `the stream broke with '${error.message}'`
    if (ended) return 'the other side ended the stream'
    if (closed) return 'the stream was closed'
    return this.#isReading ? 'the stream is open' : 'this peer has stopped reading'
  }

  async #untilEnd(describe: () => string): Promise<void> {
    const inbox = this.#inbox
    while (!inbox.ended) {
      if (inbox.closed) throw new ExpectationError(describe())
      await inbox.change()
    }
  }
}
