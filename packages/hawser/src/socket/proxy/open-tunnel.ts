import type { TransportSink } from '../../transport.js'
import type { Tunnel, TunnelResult } from '../../tunnel/tunnel.js'
import type { ProxyFailure } from '../connect-errors.js'
import type { SocketTransport } from '../socket-transport.js'

/**
 * Have a proxy open a tunnel. Afterwards reading is stopped, and what the far end has sent already is
 * there for the sink that starts the transport next.
 *
 * @returns why not, if it did not
 */
export function openTunnel(
  transport: SocketTransport,
  tunnel: Tunnel,
): Promise<ProxyFailure | undefined> {
  return new Promise((resolve) => {
    transport.start(new TunnelDriver(transport, tunnel, resolve))
  })
}

class TunnelDriver implements TransportSink {
  readonly #transport: SocketTransport
  readonly #tunnel: Tunnel
  readonly #settle: (failure?: ProxyFailure) => void
  #isOver = false
  /** What has to wait for the write before it. */
  #waiting: Uint8Array | undefined
  #isWriting = false

  constructor(
    transport: SocketTransport,
    tunnel: Tunnel,
    settle: (failure: ProxyFailure | undefined) => void,
  ) {
    this.#transport = transport
    this.#tunnel = tunnel
    this.#settle = settle
    this.#write(tunnel.begin())
  }

  received(bytes: Uint8Array): void {
    if (this.#isOver) return
    const result = this.#tunnel.receive(bytes)
    if (result.kind === 'send') this.#write(result.bytes)
    else if (result.kind === 'open') {
      // The bytes may be borrowed, and these have to last.
      this.#transport.unread(bytes.slice(result.consumed))
      this.#end()
    } else this.#fail(result)
  }

  peerEnded(): void {
    this.#lose()
  }

  wrote(): void {
    this.#isWriting = false
    const bytes = this.#waiting
    this.#waiting = undefined
    if (bytes !== undefined) this.#write(bytes)
  }

  gone(cause: Error | undefined): void {
    this.#lose(cause)
  }

  #write(bytes: Uint8Array): void {
    if (this.#isWriting) this.#waiting = bytes
    else this.#isWriting = !this.#transport.write([bytes])
  }

  #fail(result: TunnelResult): void {
    if (result.kind === 'refused') this.#end({ isRefusal: true, text: result.reason })
    else if (result.kind === 'broken') this.#end({ isRefusal: false, text: result.problem })
  }

  #lose(cause?: Error): void {
    const text = 'it closed the connection before it had replied'
    this.#end({ isRefusal: false, text, cause })
  }

  #end(failure?: ProxyFailure): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#settle(failure)
  }
}
