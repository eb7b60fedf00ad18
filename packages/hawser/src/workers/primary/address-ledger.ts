import { AddressCounts } from '../../policy/address/address-counts.js'
import { AddressRoute } from '../address-route.js'
import type { AddressesMessage } from '../protocol.js'

/** The part of a worker that is used here. */
interface Reachable {
  /** Say something; `done` is called once it has left. Returns false when it cannot be spoken to. */
  say(message: AddressesMessage, done: () => void): boolean
}

/** What one worker has of a server's clients, and the way to it. */
interface Entry {
  readonly counts: AddressCounts
  readonly route: AddressRoute
}

/**
 * Tells each worker what clients' addresses have open at the others, in the primary, so that
 * `maxPerAddress` and `connectRate` hold for all workers together.
 */
export class AddressLedger<Worker extends Reachable> {
  /** By the names of servers. */
  readonly #servers = new Map<string, Map<Worker, Entry>>()

  /** Something has changed at a worker; the first time, it hears what all others have. */
  heard(worker: Worker, { server, changes }: AddressesMessage): void {
    let entries = this.#servers.get(server)
    if (entries === undefined) {
      entries = new Map()
      this.#servers.set(server, entries)
    }
    let entry = entries.get(worker)
    if (entry === undefined) {
      entry = { counts: new AddressCounts(), route: routeTo(worker, server) }
      for (const { counts } of entries.values()) {
        for (const [key, open] of counts) entry.route.add([key, open, 0])
      }
      entries.set(worker, entry)
    }
    for (const change of changes) {
      const [key, open] = change
      entry.counts.change(key, open)
      for (const [other, { route }] of entries) if (other !== worker) route.add(change)
    }
  }

  /** A worker is gone, and with it its connections. */
  gone(worker: Worker): void {
    for (const entries of this.#servers.values()) {
      const entry = entries.get(worker)
      entries.delete(worker)
      for (const [key, open] of entry?.counts ?? []) {
        for (const { route } of entries.values()) route.add([key, -open, 0])
      }
    }
  }
}

function routeTo(worker: Reachable, server: string): AddressRoute {
  return new AddressRoute((changes, done) => {
    worker.say({ hawser: 'addresses', server, changes }, done)
  })
}
