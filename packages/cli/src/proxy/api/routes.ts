import type { ProxyRegistry } from '../registry.js'
import { ApiError } from './api-error.js'
import { ProxyRoutes } from './proxy-routes.js'
import { nothing, type Reply } from './reply.js'
import { ToxicRoutes } from './toxic-routes.js'

/** The version of toxiproxy whose API this is. */
const speaks = '2.12.0'

/** A request, without its transport. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** What the API is told about itself. */
export interface RouteOptions {
  /** Whether proxies may listen on more than the loopback. */
  readonly isOpen: boolean
  /** That of this package. */
  readonly version: string
}

type Act = (body: string) => Promise<Reply> | Reply

/** Finds what a request asks for, and does it. */
export class Routes {
  readonly #registry: ProxyRegistry
  readonly #proxies: ProxyRoutes
  readonly #toxics: ToxicRoutes
  readonly #version: string

  constructor(registry: ProxyRegistry, { isOpen, version }: RouteOptions) {
    this.#registry = registry
    this.#proxies = new ProxyRoutes(registry, isOpen)
    this.#toxics = new ToxicRoutes(this.#proxies)
    this.#version = version
  }

  /** @returns rejects with ApiError, or with what the library says */
  async answer({ method, path, body }: ApiRequest): Promise<Reply> {
    const methods = this.#find(readPath(path))
    if (methods === undefined) return plain(404, '404 page not found')
    const act = methods[method]
    return act === undefined ? plain(405, '') : act(body)
  }

  /** What may be done at a path, by the method; undefined where there is nothing. */
  #find(segments: readonly string[] | undefined): Record<string, Act> | undefined {
    const [first, name = '', second, toxic = ''] = segments ?? []
    switch (`${first} ${segments?.length ?? 0}`) {
      case 'version 1':
        return { GET: () => this.#showVersion() }
      case 'reset 1':
        return { POST: () => this.#reset() }
      case 'populate 1':
        return { POST: (body) => this.#proxies.populate(body) }
      case 'proxies 1':
        return {
          GET: () => this.#proxies.list(),
          POST: (body) => this.#proxies.create(body),
        }
      case 'proxies 2':
        return {
          GET: () => this.#proxies.show(name),
          POST: (body) => this.#proxies.update(name, body),
          PATCH: (body) => this.#proxies.update(name, body),
          DELETE: () => this.#proxies.remove(name),
        }
      case 'proxies 3':
        if (second !== 'toxics') return undefined
        return {
          GET: () => this.#toxics.list(name),
          POST: (body) => this.#toxics.create(name, body),
        }
      case 'proxies 4':
        if (second !== 'toxics') return undefined
        return {
          GET: () => this.#toxics.show(name, toxic),
          POST: (body) => this.#toxics.update(name, toxic, body),
          PATCH: (body) => this.#toxics.update(name, toxic, body),
          DELETE: () => this.#toxics.remove(name, toxic),
        }
      default:
        return undefined
    }
  }

  #showVersion(): Reply {
    const body = `${JSON.stringify({ version: speaks, hawser: this.#version })}\n`
    return { status: 200, type: 'application/json;charset=utf-8', body }
  }

  async #reset(): Promise<Reply> {
    // No client that comes meanwhile is to be met by a fault, and one proxy that cannot listen keeps none of the others.
    for (const proxy of this.#registry.all) proxy.faults.clear()
    const started = await Promise.allSettled(this.#registry.all.map((proxy) => proxy.start()))
    const failed = started.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return nothing
  }
}

function readPath(path: string): string[] | undefined {
  const [plainPath = ''] = path.split('?', 1)
  try {
    return plainPath
      .slice(1)
      .split('/')
      .map((segment) => decodeURIComponent(segment))
  } catch {
    throw new ApiError(400, 'the path is malformed')
  }
}

function plain(status: number, text: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: text === '' ? '' : `${text}\n` }
}
