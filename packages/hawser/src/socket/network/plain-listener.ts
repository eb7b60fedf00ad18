import { ignore } from '../../promises.js'
import { report } from '../../report.js'
import type { Network, NetworkArrival, NetworkListener, NetworkPlace } from '../../network.js'
import type { AddressInfo } from '../../observe/payloads.js'
import { isSecure, type SocketEndpoint } from '../endpoint.js'
import type { Listening, ListenerOptions, ListenerOwner } from '../listen/listener.js'
import { listenError } from '../socket-errors.js'
import { unixAddress } from '../unix/unix-endpoint.js'
import { PlainArrival } from './plain-arrival.js'
import { placeOf } from './plain-place.js'

/** One place of a network that is listened at. It keeps no process alive. */
export class PlainListener implements Listening {
  readonly #endpoint: SocketEndpoint
  readonly #network: Network
  readonly #owner: ListenerOwner
  readonly #secure: boolean
  readonly #keepAlive: number
  /** With the port that was chosen, once there is one. */
  #place: NetworkPlace
  #bound: NetworkListener | undefined
  #starting: Promise<void> | undefined
  #wanted = false

  /** @throws OptionError when a network cannot have such an endpoint */
  constructor(
    endpoint: SocketEndpoint,
    network: Network,
    { offersTls, keepAlive }: Pick<ListenerOptions, 'offersTls' | 'keepAlive'>,
    owner: ListenerOwner,
  ) {
    this.#secure = isSecure(endpoint, offersTls)
    this.#keepAlive = keepAlive.idle
    this.#place = placeOf(endpoint, network)
    this.#endpoint = endpoint
    this.#network = network
    this.#owner = owner
  }

  get address(): AddressInfo | string | null {
    if (this.#bound === undefined) return null
    const { address, family, port } = this.#bound.local
    return port === undefined ? unixAddress(address) : { address, family, port }
  }

  listen(): Promise<void> {
    this.#wanted = true
    if (this.#bound !== undefined) return Promise.resolve()
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(): void {
    this.#wanted = false
    const bound = this.#bound
    this.#bound = undefined
    // Its connections are to be drained all the same.
    report(() => bound?.close())
  }

  async suspend(): Promise<void> {
    this.#wanted = false
    await this.#starting?.catch(ignore)
    if (!this.#wanted) this.stop()
  }

  ref(): void {}

  unref(): void {}

  async #start(): Promise<void> {
    try {
      const accept = (arrival: NetworkArrival): void => this.#arrived(arrival)
      const options = { keepAlive: this.#keepAlive }
      this.#bound = await this.#network.listen(this.#place, accept, options)
    } catch (cause) {
      throw listenError(cause as Error, this.#endpoint)
    } finally {
      this.#starting = undefined
      if (!this.#wanted) this.stop()
    }
    const { port } = this.#bound?.local ?? {}
    if (this.#place.kind === 'tcp' && port !== undefined) this.#place = { ...this.#place, port }
  }

  #arrived(accepted: NetworkArrival): void {
    if (this.#wanted) this.#owner.arrived(new PlainArrival(accepted, this.#secure))
    else accepted.transport.reset()
  }
}
