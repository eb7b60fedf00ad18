import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { systemClock } from '../connection/time/system-clock.js'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import type { Clock } from '../policy/clock.js'
import { MemoryLink } from './memory-link.js'
import { settleLink } from './memory-pair.js'
import { type PeerEndpoint, resolveEndpoint, type SocketTarget } from './peer/peer-endpoint.js'
import { breakOff, ToxicEnd } from './toxic-end.js'
import { listenTo, Toxics } from './toxics.js'

/** How a toxic proxy listens and forwards. */
export interface ToxicProxyOptions {
  /** What is wrong with it; change it while it runs. Default: nothing. */
  toxics?: Toxics
  /** An address of this machine to listen on. Default 127.0.0.1. */
  host?: string
  /** Default 0: any that is free. */
  port?: number
  /** The most bytes of a connection that it holds for each way, at least 1. Default 64 KiB. */
  capacity?: number
  /** What `latency` and `bandwidth` are measured on. Default the system's clock. */
  clock?: Clock
  /** Where `jitter` comes from: a number from 0 up to, and not including, 1. Default `Math.random`. */
  random?: () => number
}

/** The names of the options in {@link ToxicProxyOptions}. */
const toxicProxyNames: NamesOf<ToxicProxyOptions> = {
  toxics: true,
  host: true,
  port: true,
  capacity: true,
  clock: true,
  random: 'function',
}

/** A TCP proxy that makes the network between a client and its server a bad one. */
export interface ToxicProxy extends AsyncDisposable {
  /** Where it listens, as an endpoint to connect to: `tcp://127.0.0.1:40123`. */
  readonly address: string
  /** The port it listens on. */
  readonly port: number
  /** What is wrong with it now. */
  readonly toxics: Toxics
  /** Connections that go through it. */
  readonly connections: number
  /** Reset all connections, at both ends. */
  resetAll(): void
  /** Stop listening, reset what goes through it, and wait until all of it is gone. */
  close(): Promise<void>
}

/**
 * Put a bad network in front of a server, with real sockets: connect to `address` instead. It keeps to
 * the pace of a slow reader, and ends and resets of one side reach the other.
 *
 * Connections are accepted by the operating system, whatever is wrong, and the proxy's own buffers and
 * those of four sockets are between the two ends.
 *
 * @param target as a scripted peer takes it: a port on 127.0.0.1, `tcp://host:port`, `unix:/path`, …
 * @throws OptionError `HAWSER_INVALID_ENDPOINT`, `HAWSER_INVALID_OPTION`; the operating system's error
 *   when it cannot be listened there
 */
export async function startToxicProxy(
  target: PeerEndpoint | null,
  options: ToxicProxyOptions = {},
): Promise<ToxicProxy> {
  checkOptions(options, toxicProxyNames)
  const proxy = new TcpProxy(resolveEndpoint(target), options)
  await proxy.listen(options)
  return proxy
}

class TcpProxy implements ToxicProxy {
  readonly toxics: Toxics
  readonly #target: SocketTarget
  readonly #options: ToxicProxyOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #connections = 0

  constructor(target: SocketTarget, options: ToxicProxyOptions) {
    this.toxics = options.toxics ?? new Toxics()
    this.#target = target
    this.#options = options
    settleLink({ capacity: options.capacity ?? 1 })
    this.#server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
      (client) => this.#join(client),
    )
  }

  async listen({ host = '127.0.0.1', port = 0 }: ToxicProxyOptions): Promise<void> {
    this.#server.listen({ host, port })
    await once(this.#server, 'listening')
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'string' || address === null ? 0 : address.port
  }

  get address(): string {
    const { host = '127.0.0.1' } = this.#options
    return `tcp://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  get connections(): number {
    return this.#connections
  }

  resetAll(): void {
    for (const socket of this.#sockets) breakOff(socket)
  }

  async close(): Promise<void> {
    const sockets = [...this.#sockets]
    const gone = sockets.map((socket) => once(socket, 'close'))
    for (const socket of sockets) socket.destroy()
    if (this.#server.listening) {
      this.#server.close()
      await once(this.#server, 'close')
    }
    await Promise.all(gone)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #join(client: Socket): void {
    const upstream = createConnection({ ...this.#target, allowHalfOpen: true, noDelay: true })
    upstream.pause()
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      // What it means is passed on when the socket closes.
      socket.on('error', () => undefined)
    }
    const refuse = (): void => breakOff(client)
    upstream.once('close', refuse)
    upstream.once('connect', () => {
      upstream.off('close', refuse)
      if (client.destroyed) breakOff(upstream)
      else this.#forward(client, upstream)
    })
  }

  #forward(client: Socket, upstream: Socket): void {
    const { clock = systemClock, capacity = 64 * 1024, random } = this.#options
    const settings = {
      ...settleLink({ borrowed: false, capacity }, random),
      // Several writes of one turn would reach the other side as one.
      oneAtATime: true,
    }
    const forward = new MemoryLink(settings, clock)
    const backward = new MemoryLink(settings, clock)
    const near = new ToxicEnd(client, forward, backward)
    const far = new ToxicEnd(upstream, backward, forward)
    forward.connect(near, far)
    backward.connect(far, near)
    const stops = [
      listenTo(this.toxics.forward, (toxics) => forward.change(toxics)),
      listenTo(this.toxics.backward, (toxics) => backward.change(toxics)),
    ]
    near.start()
    far.start()
    this.#connections += 1
    let open = 2
    for (const socket of [client, upstream]) {
      socket.once('close', () => {
        open -= 1
        if (open > 0) return
        this.#connections -= 1
        for (const stop of stops) stop()
        forward.stop()
        backward.stop()
      })
    }
  }
}
