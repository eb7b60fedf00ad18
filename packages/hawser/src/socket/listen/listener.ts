import net from 'node:net'
import { setImmediate } from 'node:timers'
import { ignore } from '../../promises.js'
import type { Network } from '../../network.js'
import type { AddressInfo } from '../../observe/payloads.js'
import { isSecure, type SocketEndpoint } from '../endpoint.js'
import type { Arrival } from './arrival.js'
import { boundPath } from './descriptors.js'
import { acceptFast, askPeerName } from '../fast-read.js'
import { keepAlive, keepAliveDelay, probe } from '../keep-alive.js'
import { addressesOf, type KnownNames } from '../names.js'
import { sharedListening } from './shared-listening.js'
import { SocketArrival } from './socket-arrival.js'
import { acceptError, listenError } from '../socket-errors.js'
import type { SocketSettings } from '../socket-options.js'
import { isAbstract } from '../unix/abstract.js'
import { unixAddress, type UnixEndpoint } from '../unix/unix-endpoint.js'
import {
  assertReplaceable,
  claimPath,
  findPlace,
  type OwnedPath,
  releasePath,
} from '../unix/unix-path.js'

/** How accepted sockets are set up. */
export interface ListenerOptions extends SocketSettings {
  readonly backlog: number
  /** Whether there is a certificate to show. */
  readonly offersTls: boolean
  /** Undefined is the operating system's. */
  readonly network?: Network | undefined
}

/** What a listener tells its server. */
export interface ListenerOwner {
  arrived(arrival: Arrival): void
  /** A connection was reset by its peer before it could be looked at. */
  vanished(): void
  failed(error: Error): void
}

/** One endpoint that is listened on; may stop and start again without losing its port. */
export interface Listening {
  /**
   * Where it listens, as `net.Server.address()` says it; null while it does not. A relative path begins
   * with `./`: `18799` alone would be a port.
   */
  readonly address: AddressInfo | string | null
  /**
   * Listen. When it is stopped before that has come about, it comes to nothing, without an error.
   *
   * @throws ListenError
   */
  listen(): Promise<void>
  /** Stop, at once; what has not come about yet does not. */
  stop(): void
  /** Stop until `listen` is called again. */
  suspend(): Promise<void>
  ref(): void
  unref(): void
}

/** One endpoint of the operating system that is listened on. */
export class Listener implements Listening {
  readonly endpoint: SocketEndpoint
  readonly #options: ListenerOptions
  readonly #owner: ListenerOwner
  readonly #secure: boolean
  #server: net.Server | undefined
  #port: number | undefined
  /** A worker is handed connections before it knows that it listens; they wait until it does. */
  readonly #early: net.Socket[] = []
  #path: OwnedPath | undefined
  /** Tells the owner of shared listening sockets that this one is not used any more. */
  #release: (() => void) | undefined
  #starting: Promise<void> | undefined
  #wanted = false
  #names: KnownNames = {}
  #referenced = true

  constructor(endpoint: SocketEndpoint, options: ListenerOptions, owner: ListenerOwner) {
    this.#secure = isSecure(endpoint, options.offersTls)
    this.endpoint = endpoint
    this.#options = options
    this.#owner = owner
  }

  get address(): AddressInfo | string | null {
    if (this.#server?.listening !== true) return null
    const { path } = this.#names
    return path === undefined ? this.#server.address() : unixAddress(path)
  }

  listen(): Promise<void> {
    this.#wanted = true
    if (this.#server !== undefined) return Promise.resolve()
    this.#starting ??= this.#start()
    return this.#starting
  }

  async #start(): Promise<void> {
    try {
      await this.#bind()
    } finally {
      this.#starting = undefined
      if (!this.#wanted) this.stop()
    }
  }

  async #bind(): Promise<void> {
    const { endpoint } = this
    const server = this.#createServer()
    try {
      if (endpoint.kind === 'unix') await this.#listenUnix(server, endpoint)
      else if (endpoint.kind === 'tcp') await this.#listenTcp(server)
      else await bind(server, this.#listenOptions())
    } catch (cause) {
      server.close()
      for (const socket of this.#early.splice(0)) socket.destroy()
      throw listenError(cause as Error, endpoint)
    }
    this.#server = server
    if (this.#options.fastRead) acceptFast(server, (socket) => this.#arrivedFast(socket))
    this.#names = namesOf(server, endpoint)
    this.#port = this.#names.local?.port ?? portOf(server)
    if (!this.#referenced) server.unref()
    server.on('error', (error) => this.#owner.failed(acceptError(error, endpoint)))
    for (const socket of this.#early.splice(0)) this.#arrived(socket, false)
  }

  stop(): void {
    this.#wanted = false
    const server = this.#server
    this.#server = undefined
    if (this.#path !== undefined) releasePath(this.#path)
    this.#path = undefined
    server?.close()
    this.#release?.()
    this.#release = undefined
  }

  /** An inherited descriptor stays, it could not be reopened. */
  async suspend(): Promise<void> {
    if (this.endpoint.kind === 'fd' && sharedListening() === undefined) return
    this.#wanted = false
    if (this.#starting !== undefined) {
      await this.#starting.catch(ignore)
      // Wanted again meanwhile: the last call counts.
      if (this.#wanted) return
    }
    this.stop()
    // The operating system takes a turn to let go of the port.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }

  ref(): void {
    this.#referenced = true
    this.#server?.ref()
  }

  unref(): void {
    this.#referenced = false
    this.#server?.unref()
  }

  #createServer(): net.Server {
    const { noDelay, keepAlive: wanted } = this.#options
    const options: net.ServerOpts = { allowHalfOpen: true, pauseOnConnect: true, noDelay }
    if (wanted.idle !== Infinity) {
      options.keepAlive = true
      options.keepAliveInitialDelay = keepAliveDelay(wanted.idle)
    }
    return net.createServer(options, (socket) => {
      if (this.endpoint.kind !== 'unix') probe(socket, wanted)
      if (this.#server === undefined) this.#early.push(socket)
      else this.#arrived(socket, false)
    })
  }

  async #listenTcp(server: net.Server): Promise<void> {
    const shared = sharedListening()
    if (shared === undefined) await bind(server, this.#listenOptions())
    else {
      this.#release = await shared.listenTcp(this.#listenOptions(), async (options) => {
        await bind(server, options)
        return portOf(server) ?? 0
      })
    }
  }

  async #listenUnix(server: net.Server, endpoint: UnixEndpoint): Promise<void> {
    const { backlog } = this.#options
    // No file: the operating system sees to it that there is one, and Node.js shares it among workers.
    if (isAbstract(endpoint.path)) return bind(server, { path: endpoint.path, backlog })
    const shared = sharedListening()
    if (shared !== undefined) {
      const bindAt = (path: string): Promise<void> => bind(server, { path, backlog })
      this.#release = await shared.listenUnix(endpoint, bindAt)
      return
    }
    const stale = await assertReplaceable(endpoint.path)
    const place = findPlace(endpoint)
    try {
      await bind(server, { path: place.path, backlog })
      this.#path = claimPath(place, endpoint.path, stale)
    } finally {
      place.clear()
    }
  }

  #listenOptions(): net.ListenOptions {
    const { endpoint } = this
    const { backlog } = this.#options
    if (endpoint.kind === 'fd') return { fd: endpoint.fd, backlog } as net.ListenOptions
    if (endpoint.kind === 'unix') return { path: endpoint.path, backlog }
    // Among several processes, the one that shares its listening sockets knows the port.
    const known = sharedListening() === undefined ? this.#port : undefined
    const port = known ?? endpoint.port
    const { ipv6Only } = endpoint
    // Node.js listens to `ipv6Only` only where a host is named.
    const host = endpoint.host ?? (ipv6Only ? '::' : undefined)
    return { port, backlog, ipv6Only, ...(host === undefined ? {} : { host }) }
  }

  #arrived(socket: net.Socket, fast: boolean): void {
    const known = this.#names
    const peer = known.path === undefined ? askPeerName(socket) : undefined
    const isShared = known.path !== undefined || known.local !== undefined
    const names = isShared ? known : { local: addressesOf(socket, known, peer).local }
    // A peer that has gone again already has no name, and there is nothing to say to it.
    if (known.path === undefined && peer === undefined) {
      socket.destroy()
      this.#owner.vanished()
    } else this.#owner.arrived(new SocketArrival(socket, fast, names, peer, this.#secure))
  }

  #arrivedFast(socket: net.Socket): void {
    if (this.endpoint.kind !== 'unix') {
      if (this.#options.noDelay) socket.setNoDelay(true)
      keepAlive(socket, this.#options.keepAlive)
    }
    this.#arrived(socket, true)
  }
}

/** What all sockets of a listener have in common. */
function namesOf(server: net.Server, endpoint: SocketEndpoint): KnownNames {
  if (endpoint.kind === 'unix') return { path: endpoint.path }
  const address = server.address()
  if (typeof address === 'string') return { path: address }
  // Node.js does not tell the path of a Unix socket that it did not bind itself.
  if (address === null)
    return { path: endpoint.kind === 'fd' ? (boundPath(endpoint.fd) ?? '') : '' }
  if (address.address === '0.0.0.0' || address.address === '::') return {}
  return { local: address }
}

function portOf(server: net.Server): number | undefined {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : undefined
}

function bind(server: net.Server, options: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
