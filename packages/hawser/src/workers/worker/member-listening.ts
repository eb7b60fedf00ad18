import type { ListenOptions, SharedListening } from '../../socket/listen/shared-listening.js'
import type { UnixEndpoint } from '../../socket/unix/unix-endpoint.js'
import type { PrimaryLink } from './primary-link.js'

/** How a worker listens: where the primary says. */
export class MemberListening implements SharedListening {
  readonly #primary: PrimaryLink
  readonly #reusePort: boolean
  readonly #ready: () => Promise<void>
  /** Which of several equal endpoints are listened on. */
  readonly #used = new Set<string>()

  /** @param ready fulfils when connections may come */
  constructor(primary: PrimaryLink, reusePort: boolean, ready: () => Promise<void>) {
    this.#ready = ready
    this.#primary = primary
    this.#reusePort = reusePort
  }

  async listenTcp(
    options: ListenOptions,
    bind: (options: ListenOptions) => Promise<number>,
  ): Promise<() => void> {
    const where = this.#name(options)
    this.#used.add(where)
    const release = (): void => {
      this.#used.delete(where)
      void this.#primary.say({ hawser: 'unbound', where })
    }
    try {
      await this.#ready()
      const asked = options.port ?? 0
      const port = (await this.#primary.ask({ hawser: 'bind', where, port: asked })) as number
      const reuse = this.#reusePort ? { reusePort: true } : {}
      const actual = await bind({ ...options, port, ...reuse })
      void this.#primary.say({ hawser: 'bound', where, actual })
    } catch (error) {
      release()
      throw error
    }
    return release
  }

  async listenUnix(
    endpoint: UnixEndpoint,
    bind: (path: string) => Promise<void>,
  ): Promise<() => void> {
    const { path } = endpoint
    const release = (): void => void this.#primary.say({ hawser: 'unbound-path', path })
    try {
      await this.#ready()
      const place = (await this.#primary.ask({ hawser: 'bind-path', endpoint })) as string
      await bind(place)
      await this.#primary.ask({ hawser: 'bound-path', path })
    } catch (error) {
      release()
      throw error
    }
    return release
  }

  /** A name for an endpoint that all workers give it, since they run the same program. */
  #name({ host = '', port = 0, ipv6Only = false }: ListenOptions): string {
    const name = `${host} ${port} ${ipv6Only}`
    for (let index = 0; ; index += 1) {
      const found = `${name} ${index}`
      if (!this.#used.has(found)) return found
    }
  }
}
