import { FaultSet } from '../faults/fault-set.js'
import type { ProxyServer } from '../proxy-server.js'
import type { ProxyRegistry } from '../registry.js'
import { ApiError, badBody, missingField } from './api-error.js'
import { asFields, type Fields, flagField, parseBody, textField } from './fields.js'
import { isSamePlace, readListen, readTarget } from './places.js'
import { errorReply, json, nothing, type Reply } from './reply.js'
import { showToxic } from './toxics.js'

/** More than anyone needs, and no more than a process has sockets for. */
const mostProxies = 1_000

interface Wanted {
  readonly name: string
  readonly listen: string
  readonly target: string
  readonly enabled: boolean
}

/** What the API does with proxies. */
export class ProxyRoutes {
  readonly #registry: ProxyRegistry
  readonly #isOpen: boolean

  constructor(registry: ProxyRegistry, isOpen: boolean) {
    this.#registry = registry
    this.#isOpen = isOpen
  }

  /** @throws ApiError */
  find(name: string): ProxyServer {
    const proxy = this.#registry.find(name)
    if (proxy === undefined) throw new ApiError(404, 'proxy not found')
    return proxy
  }

  list(): Reply {
    const proxies = this.#registry.all.map((proxy) => [proxy.name, showProxy(proxy)] as const)
    return json(Object.fromEntries(proxies))
  }

  show(name: string): Reply {
    return json(showProxy(this.find(name)))
  }

  async create(body: string): Promise<Reply> {
    const fields = asFields(parseBody(body))
    const wanted = this.#read(fields, '')
    if (this.#registry.find(wanted.name) !== undefined) {
      throw new ApiError(409, 'proxy already exists')
    }
    return json(showProxy(await this.#add(wanted)), 201)
  }

  async update(name: string, body: string): Promise<Reply> {
    const proxy = this.find(name)
    const fields = asFields(parseBody(body))
    const { place, isListening } = proxy
    const listen = textField(fields, 'listen', place.listen)
    const target = textField(fields, 'upstream', place.target)
    const enabled = flagField(fields, 'enabled', isListening)
    const isMoved = !isSamePlace(listen, place.listen) || target !== place.target
    if (isMoved) {
      const next = { listen: this.#readListen(listen, place.listen), target: readTarget(target) }
      await proxy.cut()
      proxy.move(next)
    }
    if (enabled) await proxy.start()
    else await proxy.cut()
    return json(showProxy(proxy))
  }

  async remove(name: string): Promise<Reply> {
    await this.#registry.remove(this.find(name))
    return nothing
  }

  /**
   * Make each of a list, or put it in the place of one with its name that is not the same. Its errors are JSON that
   * says so, and have the proxies that were made.
   */
  async populate(body: string): Promise<Reply> {
    const proxies: ProxyServer[] = []
    try {
      for (const each of this.#readList(body)) proxies.push(await this.#replace(each))
    } catch (error) {
      const { status, body: said = '{}' } = errorReply(error)
      const shown = proxies.map((proxy) => showProxy(proxy))
      return json({ ...asFields(JSON.parse(said)), proxies: shown }, status)
    }
    return json({ proxies: proxies.map((proxy) => showProxy(proxy)) }, 201)
  }

  #readList(body: string): Wanted[] {
    const list = parseBody(body)
    if (!Array.isArray(list)) throw badBody('it is no array')
    return list.map((each, index) => {
      return this.#read(asFields(each, `proxy ${index + 1}`), ` at proxy ${index + 1}`)
    })
  }

  async #replace(wanted: Wanted): Promise<ProxyServer> {
    const existing = this.#registry.find(wanted.name)
    if (existing === undefined) return this.#add(wanted)
    const { listen, target } = existing.place
    if (isSamePlace(listen, wanted.listen) && target === wanted.target) return existing
    await this.#registry.remove(existing)
    try {
      return await this.#add(wanted)
    } catch (error) {
      // It stays there, disabled.
      this.#registry.restore(existing)
      throw error
    }
  }

  #add({ name, listen, target, enabled }: Wanted): Promise<ProxyServer> {
    if (this.#registry.all.length >= mostProxies) {
      throw new ApiError(429, `there are ${mostProxies} proxies already: delete one first`)
    }
    return this.#registry.add(name, { listen, target }, new FaultSet(), enabled)
  }

  #read(fields: Fields, where: string): Wanted {
    const name = textField(fields, 'name', '')
    const target = textField(fields, 'upstream', '')
    if (name === '') throw missingField(`name${where}`)
    if (target === '') throw missingField(`upstream${where}`)
    return {
      name,
      target: readTarget(target),
      listen: readListen(textField(fields, 'listen', ''), this.#isOpen),
      enabled: flagField(fields, 'enabled', true),
    }
  }

  /** Where it listened already, it may listen again: the command line may have said so. */
  #readListen(listen: string, before: string): string {
    return isSamePlace(listen, before) ? before : readListen(listen, this.#isOpen)
  }
}

function showProxy(proxy: ProxyServer): object {
  const { listen, target: upstream } = proxy.place
  const toxics = proxy.faults.all.map((fault) => showToxic(fault))
  return { name: proxy.name, listen, upstream, enabled: proxy.isListening, toxics }
}
