import { OptionError } from '../errors.js'
import type { AddressInfo } from '../observe/payloads.js'
import { type Endpoint, parseEndpoint, type SocketEndpoint } from '../socket/endpoint.js'
import { inheritedDescriptors } from '../socket/listen/inherited.js'
import {
  Listener,
  type ListenerOptions,
  type ListenerOwner,
  type Listening,
} from '../socket/listen/listener.js'
import { PlainListener } from '../socket/network/plain-listener.js'
import { assertNoSettings } from '../socket/unix/unix-endpoint.js'

/** Where a server listens: one endpoint or several, all started and stopped together. */
export class Endpoints {
  readonly #options: ListenerOptions
  readonly #owner: ListenerOwner & { suspended: boolean }
  readonly #listeners: Listening[] = []
  #referenced = true

  constructor(options: ListenerOptions, owner: ListenerOwner & { suspended: boolean }) {
    this.#options = options
    this.#owner = owner
  }

  /** Where it listens now, in the order the endpoints were given. */
  get addresses(): (AddressInfo | string)[] {
    return this.#listeners.flatMap(({ address }) => address ?? [])
  }

  /**
   * Listen on all of them, or on none.
   *
   * @param check called when all listen; what it throws undoes them
   * @returns where
   * @throws OptionError, ListenError, and what `check` throws
   */
  async open(endpoints: readonly Endpoint[], check: () => void): Promise<(AddressInfo | string)[]> {
    if (endpoints.length === 0) {
      throw new OptionError(
        'HAWSER_INVALID_ENDPOINT',
        'there is no endpoint to listen on: name one',
      )
    }
    const listeners = endpoints
      .flatMap((endpoint) => socketsOf(endpoint))
      .map((endpoint) => this.#listenerAt(endpoint))
    try {
      for (const listener of listeners) await listener.listen()
      check()
    } catch (error) {
      for (const listener of listeners) listener.stop()
      throw error
    }
    const addresses = listeners.flatMap(({ address }) => address ?? [])
    this.#listeners.push(...listeners)
    if (!this.#referenced) this.unref()
    // Their ports are theirs now, and they begin to accept with all the others.
    if (this.#owner.suspended) await this.suspend()
    return addresses
  }

  /** Stop for good, at once. */
  stop(): void {
    for (const listener of this.#listeners) listener.stop()
  }

  /** Stop until `resume`. */
  async suspend(): Promise<void> {
    this.#owner.suspended = true
    await Promise.all(this.#listeners.map((listener) => listener.suspend()))
  }

  /**
   * Listen again, on the same ports; on none if one of them is taken.
   *
   * @param check called before and after, throws when nothing may be listened on any more
   * @throws ListenError, and what `check` throws
   */
  async resume(check: () => void): Promise<void> {
    check()
    this.#owner.suspended = false
    const results = await Promise.allSettled(this.#listeners.map((listener) => listener.listen()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed === undefined) {
      check()
      return
    }
    await this.suspend()
    throw failed.reason
  }

  ref(): void {
    this.#referenced = true
    for (const listener of this.#listeners) listener.ref()
  }

  unref(): void {
    this.#referenced = false
    for (const listener of this.#listeners) listener.unref()
  }

  #listenerAt(endpoint: SocketEndpoint): Listening {
    const { network } = this.#options
    return network === undefined
      ? new Listener(endpoint, this.#options, this.#owner)
      : new PlainListener(endpoint, network, this.#options, this.#owner)
  }
}

/** One endpoint or several, as several. */
export function listOf(endpoint: Endpoint | readonly Endpoint[]): readonly Endpoint[] {
  return isMany(endpoint) ? endpoint : [endpoint]
}

function isMany(endpoint: Endpoint | readonly Endpoint[]): endpoint is readonly Endpoint[] {
  return Array.isArray(endpoint)
}

/** The sockets of an endpoint: one, or as many as systemd passed on under its name. */
function socketsOf(endpoint: Endpoint): readonly SocketEndpoint[] {
  if (typeof endpoint === 'string') assertNoSettings(endpoint)
  const parsed = parseEndpoint(endpoint)
  if (parsed.kind !== 'systemd') return [parsed]
  return inheritedDescriptors(parsed).map((fd) => ({ kind: 'fd', fd }))
}
