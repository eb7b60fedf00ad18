import type { FaultSet } from './faults/fault-set.js'
import { type ProxyPlace, ProxyServer, type ProxyStopped } from './proxy-server.js'
import type { ProxySurroundings } from './surroundings.js'

/** All proxies of the process, by their names. */
export class ProxyRegistry {
  readonly #around: ProxySurroundings
  readonly #proxies = new Map<string, ProxyServer>()

  constructor(around: ProxySurroundings) {
    this.#around = around
  }

  get all(): ProxyServer[] {
    return [...this.#proxies.values()]
  }

  /** Connections of all proxies. */
  get connections(): number {
    return this.all.reduce((sum, proxy) => sum + proxy.connections, 0)
  }

  find(name: string): ProxyServer | undefined {
    return this.#proxies.get(name)
  }

  /**
   * Make one; where it cannot listen there is none.
   *
   * @param enabled whether it listens at once
   * @returns rejects with what the library says when it cannot listen
   */
  async add(
    name: string,
    place: ProxyPlace,
    faults: FaultSet,
    enabled: boolean,
  ): Promise<ProxyServer> {
    const proxy = new ProxyServer(name, place, faults, this.#around)
    // At once: two requests for one name must not both begin to listen.
    this.#proxies.set(name, proxy)
    try {
      if (enabled) await proxy.start()
    } catch (error) {
      if (this.#proxies.get(name) === proxy) this.#proxies.delete(name)
      throw error
    }
    return proxy
  }

  /** End one, and what goes through it. */
  async remove(proxy: ProxyServer): Promise<void> {
    if (this.#proxies.get(proxy.name) === proxy) this.#proxies.delete(proxy.name)
    await proxy.cut()
  }

  /** One that was removed is there again, and does not listen. */
  restore(proxy: ProxyServer): void {
    if (!this.#proxies.has(proxy.name)) this.#proxies.set(proxy.name, proxy)
  }

  /** Stop all; @returns how many connections of all came to which end */
  async close(how: {
    readonly drain: number
    readonly signal: AbortSignal
  }): Promise<ProxyStopped> {
    const ends = await Promise.all(this.all.map((proxy) => proxy.stop(how)))
    return {
      drained: ends.reduce((sum, { drained }) => sum + drained, 0),
      forced: ends.reduce((sum, { forced }) => sum + forced, 0),
    }
  }
}
