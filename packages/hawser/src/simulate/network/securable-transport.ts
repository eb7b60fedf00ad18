import type { TlsSession, TlsTerms } from '../../tls.js'
import type {
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../../transport.js'
import { inTurn } from '../../testing/next-turn.js'
import type { SimulatedTransport } from './simulated-transport.js'
import { TlsHandshake } from './tls-handshake.js'

/** A process's end of a connection, which can begin TLS: a stand-in that takes time and can fail. */
export class SecurableTransport implements Transport {
  readonly #beneath: SimulatedTransport
  readonly #fails: () => boolean
  #sink: TransportSink | undefined
  #handshake: TlsHandshake | undefined
  #session: TlsSession | undefined
  /** What came right behind the handshake. */
  #rest: Uint8Array | undefined
  #hasReceived = false
  #isStarted = false
  #isPaused = false
  #isGone = false

  /** @param fails whether the next handshake is to fail, by chance */
  constructor(beneath: SimulatedTransport, fails: () => boolean) {
    this.#beneath = beneath
    this.#fails = fails
  }

  get capabilities(): TransportCapabilities {
    return this.#beneath.capabilities
  }

  get addresses(): TransportAddresses {
    return this.#beneath.addresses
  }

  get unsent(): number {
    return this.#beneath.unsent
  }

  get proxied(): undefined {
    return undefined
  }

  get tls(): TlsSession | undefined {
    return this.#session
  }

  get hasReceived(): boolean {
    return this.#hasReceived
  }

  /** Whether its peer has reset it, which its owner may not have noticed. */
  get isGone(): boolean {
    return this.#beneath.isGone
  }

  start(sink: TransportSink): void {
    this.#sink = sink
    if (this.#isStarted) this.resume()
    else this.#begin()
  }

  secure(terms: TlsTerms): Promise<void> {
    return new Promise((resolve, reject) => {
      const handshake = new TlsHandshake(terms, {
        write: (bytes) => this.#beneath.write([bytes]),
        fails: this.#fails,
        done: (session, rest) => {
          this.#stopHandshake()
          this.#session = session
          this.#rest = rest.length === 0 ? undefined : rest
          resolve()
        },
        failed: (error) => {
          this.#stopHandshake()
          reject(error)
        },
      })
      this.#handshake = handshake
      if (this.#isStarted) this.#beneath.resume()
      else this.#begin()
      handshake.begin()
    })
  }

  pause(): void {
    this.#isPaused = true
    this.#beneath.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#rest === undefined) this.#beneath.resume()
    else inTurn(() => this.#pushRest())
  }

  write(chunks: readonly TransportChunk[]): boolean {
    return this.#beneath.write(chunks)
  }

  end(): void {
    this.#beneath.end()
  }

  reset(): void {
    this.#beneath.reset()
  }

  close(): void {
    this.#beneath.close()
  }

  recycle(): void {
    // What was received is the receiver's own, and there is enough of it.
  }

  ref(): void {
    this.#beneath.ref()
  }

  unref(): void {
    this.#beneath.unref()
  }

  #begin(): void {
    this.#isStarted = true
    this.#beneath.start({
      received: (bytes, borrowed, headroom) => {
        this.#hasReceived = true
        if (this.#handshake === undefined) this.#sink?.received(bytes, borrowed, headroom)
        else this.#handshake.received(bytes)
      },
      peerEnded: () => {
        if (this.#handshake === undefined) this.#sink?.peerEnded()
        else this.#handshake.lost()
      },
      wrote: () => {
        if (this.#handshake === undefined) this.#sink?.wrote()
        else this.#handshake.wrote()
      },
      gone: (error) => {
        this.#isGone = true
        this.#handshake?.lost()
        this.#sink?.gone(error)
      },
    })
  }

  /** Reading stays stopped, as it was before. */
  #stopHandshake(): void {
    this.#handshake = undefined
    this.pause()
  }

  #pushRest(): void {
    const rest = this.#rest
    if (rest === undefined || this.#isPaused || this.#isGone) return
    this.#rest = undefined
    this.#sink?.received(rest, false, 0)
    // The sink may have paused it.
    if (!this.#isPaused) this.#beneath.resume()
  }
}
