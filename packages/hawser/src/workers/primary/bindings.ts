import {
  assertReplaceable,
  claimPath,
  findPlace,
  type OwnedPath,
  type Place,
  releasePath,
} from '../../socket/unix/unix-path.js'
import type { StaleSocket } from '../../socket/unix/unix-claim.js'
import type { UnixEndpoint } from '../../socket/unix/unix-endpoint.js'
import type { BindingMessage } from '../protocol.js'
import type { WorkerProcess } from './worker-process.js'

/** A TCP endpoint whose port the operating system chose. */
interface ChosenPort {
  /** What it chose, once it has. */
  actual: number | undefined
  /** What workers listen at: 0 for as long as one of those that began with it is there. */
  asked: number
  readonly holders: Set<WorkerProcess>
}

/** A Unix socket that workers share. */
interface SharedPath {
  readonly place: Place
  /** What it may replace. */
  readonly stale: StaleSocket | undefined
  owned: OwnedPath | undefined
  readonly holders: Set<WorkerProcess>
}

/**
 * Where workers listen, decided in the primary.
 *
 * A port that the operating system chose is the same for all workers, and stays when all of them were
 * gone at once. A Unix socket is bound once, at a temporary place, and moved to where it belongs.
 */
export class Bindings {
  readonly #reusePort: boolean
  readonly #ports = new Map<string, ChosenPort>()
  readonly #paths = new Map<string, SharedPath>()
  readonly #opening = new Map<string, Promise<SharedPath>>()

  /** @param reusePort whether each worker opens a socket of its own */
  constructor(reusePort: boolean) {
    this.#reusePort = reusePort
  }

  /** A worker asks, or tells. */
  heard(worker: WorkerProcess, message: BindingMessage): void {
    switch (message.hawser) {
      case 'bind':
        worker.answer(message.id, this.#portFor(worker, message.where, message.port))
        return
      case 'bound':
        this.#bound(message.where, message.actual)
        return
      case 'unbound':
        this.#ports.get(message.where)?.holders.delete(worker)
        return
      case 'bind-path':
        this.#placeFor(worker, message.endpoint).then(
          (path) => worker.answer(message.id, path),
          (error: NodeJS.ErrnoException) => worker.refuse(message.id, error),
        )
        return
      case 'bound-path':
        this.#claim(worker, message.id, message.path)
        return
      case 'unbound-path':
        this.#leavePath(worker, message.path)
    }
  }

  /** A worker is gone: whatever it listened at, it does no more. */
  gone(worker: WorkerProcess): void {
    for (const { holders } of this.#ports.values()) holders.delete(worker)
    for (const path of this.#paths.keys()) this.#leavePath(worker, path)
  }

  #portFor(worker: WorkerProcess, where: string, port: number): number {
    if (port !== 0) return port
    let chosen = this.#ports.get(where)
    if (chosen === undefined) {
      chosen = { actual: undefined, asked: 0, holders: new Set() }
      this.#ports.set(where, chosen)
    }
    const { actual, holders } = chosen
    // Sockets are shared by what was asked for. When no worker has it any more, its port is asked for.
    if (actual !== undefined && (this.#reusePort || holders.size === 0)) chosen.asked = actual
    holders.add(worker)
    return chosen.asked
  }

  #bound(where: string, actual: number): void {
    const chosen = this.#ports.get(where)
    if (chosen !== undefined) chosen.actual = actual
  }

  async #placeFor(worker: WorkerProcess, endpoint: UnixEndpoint): Promise<string> {
    const { path } = endpoint
    let shared = this.#paths.get(path)
    if (shared === undefined) {
      let opening = this.#opening.get(path)
      if (opening === undefined) {
        opening = this.#open(endpoint).finally(() => this.#opening.delete(path))
        this.#opening.set(path, opening)
      }
      shared = await opening
      if (!worker.isConnected && shared.holders.size === 0) {
        shared.place.clear()
        this.#paths.delete(path)
      }
    }
    if (worker.isConnected) shared.holders.add(worker)
    return shared.place.path
  }

  async #open(endpoint: UnixEndpoint): Promise<SharedPath> {
    const stale = await assertReplaceable(endpoint.path)
    const place = findPlace(endpoint)
    const shared = { place, stale, owned: undefined, holders: new Set<never>() }
    this.#paths.set(endpoint.path, shared)
    return shared
  }

  #claim(worker: WorkerProcess, id: number, path: string): void {
    const shared = this.#paths.get(path)
    if (shared === undefined) return
    try {
      if (shared.owned === undefined) {
        shared.owned = claimPath(shared.place, path, shared.stale)
        shared.place.clear()
      }
      worker.answer(id, undefined)
    } catch (error) {
      worker.refuse(id, error as NodeJS.ErrnoException)
    }
  }

  /** Node.js closes a shared socket with the last that listens on it: its file goes with it. */
  #leavePath(worker: WorkerProcess, path: string): void {
    const shared = this.#paths.get(path)
    if (shared === undefined || !shared.holders.delete(worker) || shared.holders.size > 0) return
    this.#paths.delete(path)
    shared.place.clear()
    if (shared.owned !== undefined) releasePath(shared.owned)
  }
}
