import type { NetworkPlace } from '../../network.js'
import type { Clock } from '../../policy/clock.js'
import { addressOf } from '../../testing/network/host-names.js'
import { systemError } from '../../testing/network/system-error.js'
import type { TransportAddress, TransportAddresses } from '../../transport.js'
import type { Trace } from '../checks/trace.js'
import { isLoopback, Machine } from './machine.js'
import { type Conditions, Path } from './path.js'

/** What the whole network is made of. */
export interface InternetPlan {
  readonly clock: Clock
  /** From 0 up to, and not including, 1. */
  readonly random: () => number
  readonly trace: Trace
  readonly conditions: Conditions
  /** Bytes that one direction of a connection has under way, as the kernels' buffers limit them. */
  readonly capacity: number
}

/** All machines, and the ways between them. */
export class Internet {
  readonly plan: InternetPlan
  readonly #machines = new Map<string, Machine>()
  readonly #paths = new Map<string, Path>()
  readonly #joined = new Set<Joined>()
  /** The names of connections that were reset by neither end. */
  readonly #reset = new Set<string>()

  constructor(plan: InternetPlan) {
    this.plan = plan
  }

  /** A machine more, with the next address of 10.0.0.0/16. */
  add(name: string): Machine {
    const number = this.#machines.size + 1
    const machine = new Machine(name, `10.0.${number >> 8}.${number & 255}`)
    this.#machines.set(name, machine)
    return machine
  }

  /** The way from one machine to another. A machine reaches itself at once, whatever happens. */
  path(from: Machine, to: Machine): Path {
    const key = `${from.name}>${to.name}`
    const known = this.#paths.get(key)
    if (known !== undefined) return known
    const { clock, random, conditions } = this.plan
    const made = new Path(clock, random, from === to ? {} : conditions)
    for (const machine of [from, to]) {
      if (from !== to && !machine.isUp) made.cut(`${powerless} ${machine.name}`)
    }
    this.#paths.set(key, made)
    return made
  }

  /** The way from one machine to another, by their names. */
  between(from: string, to: string): Path {
    return this.path(this.#find(from), this.#find(to))
  }

  /** A connection is made. */
  joined(connection: Joined): void {
    this.#joined.add(connection)
  }

  /** Both its ends are gone. */
  parted(connection: Joined): void {
    this.#joined.delete(connection)
  }

  /** Reset all connections between two machines. Where nothing gets through, no reset does either. */
  reset(one: string, other: string): void {
    if (this.between(one, other).isCut && this.between(other, one).isCut) return
    const ends = new Set([this.#find(one), this.#find(other)])
    for (const { from, to, near } of [...this.#joined]) {
      if (from === to || !ends.has(from) || !ends.has(to)) continue
      const { local, remote } = near.addresses
      const [here, there] = [local, remote].map((end) => `${end?.address}:${end?.port ?? ''}`)
      this.#reset.add(`${here}>${there}`).add(`${there}>${here}`)
      near.cut()
    }
  }

  /** Whether a connection, `address:port>address:port`, was reset by neither of its ends. */
  wasReset(name: string): boolean {
    return this.#reset.has(name)
  }

  /** All ways between two different machines. */
  *paths(): Iterable<Path> {
    const machines = [...this.#machines.values()]
    for (const from of machines) {
      for (const to of machines) if (from !== to) yield this.path(from, to)
    }
  }

  /** A machine's power goes off, or comes back. */
  setPower(machine: Machine, isUp: boolean): void {
    machine.isUp = isUp
    for (const other of this.#machines.values()) {
      if (other === machine) continue
      for (const path of [this.path(machine, other), this.path(other, machine)]) {
        if (isUp) path.mend(`${powerless} ${machine.name}`)
        else path.cut(`${powerless} ${machine.name}`)
      }
    }
  }

  #find(name: string): Machine {
    const machine = this.#machines.get(name)
    if (machine !== undefined) return machine
    throw new Error(`there is no host ${name}: there ${[...this.#machines.keys()].join(', ')}`)
  }

  /**
   * Where a program on `from` means.
   *
   * @throws Error `ENOTFOUND` for a name that no host has, `ENETUNREACH` for an address that none has
   */
  resolve(
    from: Machine,
    place: NetworkPlace,
    purpose: 'listen' | 'connect',
  ): { machine: Machine; remote: TransportAddress } {
    if (place.kind === 'unix') {
      return { machine: from, remote: { address: place.path, family: 'unix' } }
    }
    const { host = purpose === 'listen' ? '::' : 'localhost', port } = place
    if (host === 'localhost') return { machine: from, remote: addressOf('127.0.0.1', port) }
    const named = this.#machines.get(host)
    if (named !== undefined) return { machine: named, remote: addressOf(named.address, port) }
    if (isLoopback(host) || isEvery(host)) return { machine: from, remote: addressOf(host, port) }
    const addressed = [...this.#machines.values()].find(({ address }) => address === host)
    if (addressed !== undefined) return { machine: addressed, remote: addressOf(host, port) }
    if (/^[\d.]+$|:/.test(host)) throw systemError('ENETUNREACH', purpose, { address: host, port })
    throw systemError('ENOTFOUND', 'getaddrinfo', { address: host })
  }
}

/** A connection between two machines. */
export interface Joined {
  readonly from: Machine
  readonly to: Machine
  /** The end of the one that made it. */
  readonly near: { readonly addresses: TransportAddresses; cut(): void }
}

function isEvery(host: string): boolean {
  return host === '::' || host === '0.0.0.0'
}

const powerless = 'no power'
