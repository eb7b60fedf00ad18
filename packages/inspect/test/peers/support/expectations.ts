import { expect } from 'vitest'
import type { Relay } from './relay.js'
import type { Traffic } from '../../support/notebook.js'
import type { Watched } from './watch.js'

/** The connections that a program made, or those that it accepted. */
export function ofRole({ traffic }: Watched, role: 'connect' | 'accept'): Traffic[] {
  return traffic.filter(({ connection }) => connection.role === role)
}

/** Nothing is missing of a connection, by the counts of its socket: one that the process left open has none. */
export function expectWhole(traffic: readonly Traffic[]): void {
  for (const { connection, in: incoming, out: outgoing, close } of traffic) {
    expect(connection.unseen).toBeUndefined()
    expect(connection.lost).toEqual({ in: 0, out: 0 })
    if (close?.reason === 'gone') continue
    expect(close?.counted).toEqual({ in: incoming.length, out: outgoing.length })
  }
}

/** What a program's clients sent and received is what was on the wire, byte for byte. */
export function expectTheWire(watched: Watched, relay: Relay): Traffic[] {
  const clients = ofRole(watched, 'connect')
  expectWhole(clients)
  // Those of the runs before are not of this one.
  const taken = relay.taken.slice(-clients.length)
  expect(relay.taken.length % clients.length).toBe(0)
  const key = ({ up, down }: { up: Buffer; down: Buffer }): string =>
    `${up.toString('latin1')}|${down.toString('latin1')}`
  const seen = clients.map((client) => key({ up: client.out, down: client.in }))
  expect(seen.toSorted()).toEqual(taken.map(key).toSorted())
  return clients
}

/** What each client sent is what the server in the same program received, and the other way round. */
export function expectBothEnds(watched: Watched): Traffic[] {
  expectWhole(watched.traffic)
  const clients = ofRole(watched, 'connect')
  const servers = ofRole(watched, 'accept')
  expect(clients.length).toBeGreaterThan(0)
  for (const client of clients) {
    const server = servers.find(({ connection }) => connection.remote === client.connection.local)
    expect(server, `the other end of ${client.connection.local}`).toBeDefined()
    expect(client.out.equals(server!.in)).toBe(true)
    expect(client.in.equals(server!.out)).toBe(true)
  }
  expect(servers.length).toBe(clients.length)
  return clients
}

/** The names that were guessed of connections. */
export function protocolsOf(traffic: readonly Traffic[]): (string | undefined)[] {
  return [...new Set(traffic.map(({ protocol }) => protocol))]
}
