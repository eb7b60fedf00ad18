import cluster from 'node:cluster'
import process from 'node:process'
import { ignore } from '../../promises.js'
import { systemClock } from '../../connection/time/system-clock.js'
import { familiesOf, type Metrics } from '../../metrics/collect.js'
import type { CloseResult } from '../../connection/server-face.js'
import type { AddressChange } from '../../policy/address/address-changes.js'
import type { AddressInfo } from '../../observe/payloads.js'
import { shareListening } from '../../socket/listen/shared-listening.js'
import { awaitNewcomers } from './newcomers.js'
import { Load } from './load.js'
import { MemberListening } from './member-listening.js'
import { Post } from './post.js'
import { PrimaryLink } from './primary-link.js'
import {
  newcomerTime,
  type PrimaryMessage,
  unpackTime,
  type WorkerSetup,
  workerVariable,
} from '../protocol.js'
import type { Share } from './share.js'

/** Milliseconds to wait for a share of the limits before listening without. */
const shareTime = 500

/** What a worker needs of a server that joined. */
export interface JoinedServer {
  readonly name: string
  readonly server: object
  readonly connections: Iterable<{ readonly bytesRead: number }> & { readonly size: number }
  /** Connections whose PROXY header or TLS handshake is under way. */
  openings(): number
  readonly metrics: Metrics
  /** Its share of `maxConnections`; undefined when that is off. */
  readonly share: Share | undefined
  /** Told what clients' addresses have at other workers; undefined when there is no limit by address. */
  readonly addresses: ((changes: Iterable<AddressChange>) => void) | undefined
  isListening(): boolean
  endpoints(): (AddressInfo | string)[]
  suspend(): Promise<void>
  close(drain: number): Promise<CloseResult>
  /** The program's own, called when the server has closed. */
  leave(): unknown
}

/** This process as a worker. */
export class Member {
  readonly setup: WorkerSetup
  readonly primary: PrimaryLink
  /** What is published between the workers. */
  readonly post: Post
  readonly servers: JoinedServer[] = []
  #isReady = false
  #leaving = false

  constructor(setup: WorkerSetup) {
    this.setup = setup
    this.primary = new PrimaryLink((message) => this.#hear(message))
    this.post = new Post(this.primary)
    void new Load(
      () => this.servers.reduce((sum, each) => sum + each.connections.size + each.openings(), 0),
      (message) => this.primary.say(message),
    )
    shareListening(new MemberListening(this.primary, setup.reusePort, () => this.#begun()))
    adoptEnvironment()
    cluster.worker?.on('disconnect', () => this.#abandoned())
    process.on('uncaughtExceptionMonitor', (error) => void this.report(error))
    // A terminal sends these to all processes at once. What is done about them the primary says.
    process.on('SIGINT', ignore)
    process.on('SIGHUP', ignore)
    process.on('SIGTERM', () => void this.primary.say({ hawser: 'replace' }))
  }

  /** A server listens: perhaps they all do now. */
  listening(): void {
    if (this.#isReady || !this.servers.every((server) => server.isListening())) return
    this.#isReady = true
    const addresses = this.servers.flatMap((server) => server.endpoints())
    void this.primary.say({ hawser: 'ready', addresses })
    // From here on it is the listening servers that keep the process alive.
    this.primary.release()
  }

  /** Tell the primary what went wrong. */
  async report(error: unknown): Promise<void> {
    const { code, message } =
      error instanceof Error
        ? (error as NodeJS.ErrnoException)
        : { code: undefined, message: String(error) }
    await this.primary.say({ hawser: 'failed', code, message })
  }

  #hear(message: PrimaryMessage): void {
    switch (message.hawser) {
      case 'leave':
        void this.#leave(unpackTime(message.drain))
        return
      case 'scrape':
        void this.#scrape()
        return
      case 'parcels':
        this.post.heard(message.bytes)
        return
      case 'nodes':
        this.post.all = message.nodes
        return
      case 'addresses':
        this.#find(message.server)?.addresses?.(message.changes)
        return
      case 'granted':
        this.#find(message.server)?.share?.granted(message.count)
        return
      case 'scarce':
        this.#find(message.server)?.share?.scarce(message.isScarce)
        return
      case 'answer':
    }
  }

  #find(name: string): JoinedServer | undefined {
    return this.servers.find((server) => server.name === name)
  }

  #scrape(): Promise<void> {
    const families = this.servers.flatMap(({ metrics }) => familiesOf(metrics))
    return this.primary.say({ hawser: 'scraped', families })
  }

  /** A worker that listens without a share would refuse connections that come before it is there. */
  async #begun(): Promise<void> {
    await Promise.race([
      Promise.all(this.servers.flatMap(({ share }) => share?.begun ?? [])),
      new Promise<void>((resolve) => systemClock.schedule(resolve, shareTime, false)),
    ])
  }

  /** The primary has died: what is open may still end in order, and nothing new comes. */
  #abandoned(): void {
    // Otherwise Node.js would end the process on the spot.
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
    this.primary.lost()
    void this.#leave(unpackTime(this.setup.drain))
  }

  async #leave(drain: number): Promise<void> {
    const { servers } = this
    if (this.#leaving) {
      // The first call goes on, with the shorter drain.
      for (const server of servers) void server.close(drain)
      return
    }
    this.#leaving = true
    let failed = false
    try {
      if (drain > 0) {
        await Promise.all(servers.map((server) => server.suspend()))
        // Connections that were on their way here are given back before the answer comes; were this
        // process to end first, they would be reset.
        await this.primary.ask({ hawser: 'sync' }).catch(ignore)
        for (const { share } of servers) share?.leave()
        await awaitNewcomers(servers, Math.min(newcomerTime, drain))
      }
      const results = await Promise.all(servers.map((server) => server.close(drain)))
      const drained = results.reduce((sum, result) => sum + result.drained, 0)
      const forced = results.reduce((sum, result) => sum + result.forced, 0)
      await Promise.all(servers.map((server) => server.leave()))
      await this.#scrape()
      await this.primary.say({ hawser: 'left', drained, forced })
    } catch (error) {
      failed = true
      await this.report(error)
    }
    process.exit(failed ? 1 : 0)
  }
}

const key = Symbol.for('hawser.workers.member')
const home = globalThis as { [key]?: Member | undefined }

/** This process as a worker, if it is one of ours. */
export function findMember(): Member | undefined {
  if (home[key] !== undefined) return home[key]
  const text = process.env[workerVariable]
  if (!cluster.isWorker || text === undefined) return undefined
  // What this process starts is no worker.
  delete process.env[workerVariable]
  home[key] = new Member(JSON.parse(text) as WorkerSetup)
  return home[key]
}

/** systemd wants to hear from the primary alone (sd_notify(3)). */
function adoptEnvironment(): void {
  const { env } = process
  delete env['NOTIFY_SOCKET']
  delete env['WATCHDOG_USEC']
}
