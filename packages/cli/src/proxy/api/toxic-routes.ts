import type { Fault } from '../faults/fault.js'
import type { ProxyServer } from '../proxy-server.js'
import { ApiError } from './api-error.js'
import { parseBody } from './fields.js'
import type { ProxyRoutes } from './proxy-routes.js'
import { json, nothing, type Reply } from './reply.js'
import { readToxic, showToxic, updateToxic } from './toxics.js'

/** Each stands in the way of every byte. */
const mostToxics = 100

/** What the API does with the toxics of a proxy, which are its faults. */
export class ToxicRoutes {
  readonly #proxies: ProxyRoutes

  constructor(proxies: ProxyRoutes) {
    this.#proxies = proxies
  }

  list(name: string): Reply {
    return json(this.#proxies.find(name).faults.all.map((fault) => showToxic(fault)))
  }

  create(name: string, body: string): Reply {
    const { faults } = this.#proxies.find(name)
    const fault = readToxic(parseBody(body))
    if (faults.find(fault.name) !== undefined) throw new ApiError(409, 'toxic already exists')
    if (faults.all.length >= mostToxics) {
      throw new ApiError(429, `the proxy has ${mostToxics} toxics already: delete one first`)
    }
    faults.set(fault)
    // Toxiproxy's own reply, where a proxy gets 201.
    return json(showToxic(fault))
  }

  show(name: string, toxic: string): Reply {
    return json(showToxic(this.#find(name, toxic).fault))
  }

  update(name: string, toxic: string, body: string): Reply {
    const { proxy, fault } = this.#find(name, toxic)
    const updated = updateToxic(fault, parseBody(body))
    proxy.faults.set(updated)
    return json(showToxic(updated))
  }

  remove(name: string, toxic: string): Reply {
    const { proxy, fault } = this.#find(name, toxic)
    proxy.faults.remove(fault)
    return nothing
  }

  #find(name: string, toxic: string): { proxy: ProxyServer; fault: Fault } {
    const proxy = this.#proxies.find(name)
    const fault = proxy.faults.find(toxic)
    if (fault === undefined) throw new ApiError(404, 'toxic not found')
    return { proxy, fault }
  }
}
