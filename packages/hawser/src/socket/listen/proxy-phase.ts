import { ProxyHeaderError, TimeoutError } from '../../errors.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'
import { HeaderReader } from '../../proxy-protocol/header-reader.js'
import type { TransportSink } from '../../transport.js'
import type { SocketTransport } from '../socket-transport.js'

/** What a connection's PROXY protocol header is held to. */
export interface HeaderRules {
  /** `optional`: what begins otherwise is the application's. */
  readonly mode: 'require' | 'optional'
  /** Milliseconds; `Infinity` is off. */
  readonly headerTimeout: number
  /** Bytes of a version 2 header. */
  readonly maxHeader: number
}

/** How many of the first bytes an error shows. */
const shown = 16

/**
 * Read the header that a proxy sends before everything else. Afterwards the transport knows whom the
 * proxy speaks for, reading is stopped, and what came behind the header is there for the sink that starts
 * the transport next.
 *
 * @throws ProxyHeaderError, TimeoutError; then the transport is for the caller to close
 */
export function readProxyHeader(
  transport: SocketTransport,
  rules: HeaderRules,
  clock: Clock,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const phase = new ProxyPhase(transport, rules, (error) => {
      timer.cancel()
      if (error === undefined) resolve()
      else reject(error)
    })
    const timer: ClockTimer = clock.schedule(() => phase.expire(), rules.headerTimeout, true)
    transport.start(phase)
  })
}

/** The first to be told what arrives on a connection. */
class ProxyPhase implements TransportSink {
  readonly #transport: SocketTransport
  readonly #rules: HeaderRules
  readonly #settle: (error?: Error) => void
  readonly #reader: HeaderReader
  #isOver = false

  constructor(
    transport: SocketTransport,
    rules: HeaderRules,
    settle: (error: Error | undefined) => void,
  ) {
    this.#transport = transport
    this.#rules = rules
    this.#settle = settle
    this.#reader = new HeaderReader(rules.maxHeader)
  }

  received(bytes: Uint8Array): void {
    // Of a connection that is refused, what still comes is read away.
    if (this.#isOver) return
    const result = this.#reader.read(bytes)
    if (result.kind === 'header') {
      this.#transport.speaksFor(result.header, this.#reader.held.length)
      this.#finish([bytes.subarray(result.consumed)])
    } else if (result.kind === 'invalid') this.#fail(result.problem)
    else if (result.kind === 'none') {
      const pieces = [this.#reader.held, bytes]
      if (this.#rules.mode === 'optional') this.#finish(pieces)
      else this.#fail(`it begins with ${quote(join(pieces).subarray(0, shown))}`)
    }
  }

  peerEnded(): void {
    if (this.#isOver) return
    if (this.#mayBeNone) this.#finish([this.#reader.held], true)
    else this.#fail(`the peer ended its direction ${this.#reader.held.length} bytes into it`)
  }

  gone(): void {
    if (this.#isOver) return
    this.#fail(`the connection was closed ${this.#reader.held.length} bytes into it`)
  }

  wrote(): void {}

  expire(): void {
    if (this.#mayBeNone) {
      this.#finish([this.#reader.held])
      return
    }
    this.#isOver = true
    const { headerTimeout } = this.#rules
    this.#settle(
      new TimeoutError(
        'HAWSER_PROXY_HEADER_TIMEOUT',
        `${this.#reader.held.length} bytes of a PROXY protocol header came in ${headerTimeout} ms`,
        {
          op: 'proxy-header',
          ...this.#transport.addresses,
          option: 'proxyProtocol.headerTimeout',
          remedy: (option) =>
            `have the proxy send one at once (send-proxy, in HAProxy), or raise ${option}`,
        },
      ),
    )
  }

  /** Whether what came so far, if anything, may be the application's. */
  get #mayBeNone(): boolean {
    return this.#rules.mode === 'optional' && !this.#reader.isCertain
  }

  #finish(rest: readonly Uint8Array[], ended = false): void {
    this.#isOver = true
    this.#transport.unread(join(rest), ended)
    this.#settle()
  }

  #fail(problem: string): void {
    this.#isOver = true
    this.#settle(
      new ProxyHeaderError(
        'HAWSER_PROXY_HEADER_INVALID',
        `the connection did not begin with a valid PROXY protocol header: ${problem}; ` +
          'check that the peer is a proxy and is set to send one',
        { op: 'proxy-header', ...this.#transport.addresses },
      ),
    )
  }
}

/** A copy: what was read into the shared buffer is overwritten. */
function join(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

function quote(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  )
  return `"${text.join('')}"`
}
