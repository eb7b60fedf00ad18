import type { TransportAddress } from '../../transport.js'
import { Places } from '../../testing/network/places.js'
import type { Listener } from './listeners.js'

/** A machine on the network: its names, its ports and what listens there. It outlives its processes. */
export class Machine {
  readonly name: string
  readonly address: string
  /** Its ports, and what listens there; none is taken after the power was off. */
  places: Places<Listener> = new Places<Listener>()
  /** Whether its power is on. */
  isUp = true

  constructor(name: string, address: string) {
    this.name = name
    this.address = address
  }

  /** The power was off: nothing is taken, and nothing listens. */
  forget(): void {
    this.places = new Places<Listener>()
  }

  /** Whether a place is on it. */
  has({ address, family }: TransportAddress): boolean {
    if (family === 'unix' || address === this.address || isLoopback(address)) return true
    return address === '::' || address === '0.0.0.0'
  }
}

/** Whether a machine reaches only itself by it. */

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
