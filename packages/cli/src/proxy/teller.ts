import type { Connection, Refusal } from 'hawser'
import { codeOf, describeFailure } from '../failure.js'
import { localName, peerName, remoteName } from '../output/addresses.js'
import type { ListeningEvent, ProxyClosedEvent, ServerEvent } from '../output/events.js'
import { summarizeTls } from '../output/tls.js'
import { type Fault, showFault, type Way } from './faults/fault.js'
import type { SessionResult } from './lanes/joined.js'

/** Says what happens at one proxy, and counts the connections that are open. */
export class Teller {
  readonly tell: (event: ServerEvent) => void
  readonly #proxy: string | undefined
  #open = 0

  /** @param proxy its name, where there may be several */
  constructor(tell: (event: ServerEvent) => void, proxy: string | undefined) {
    this.tell = tell
    this.#proxy = proxy
  }

  /** The proxy listens. */
  listening(event: Omit<ListeningEvent, 'event' | 'mode' | 'try' | 'proxy'>): void {
    const named = this.#proxy === undefined ? {} : { proxy: this.#proxy }
    this.tell({ event: 'listening', mode: 'proxy', try: [], ...named, ...event })
  }

  /** Something that a connection has no part in. */
  notice(text: string): void {
    this.tell({
      event: 'notice',
      text: this.#proxy === undefined ? text : `${this.#proxy}: ${text}`,
    })
  }

  /** A client was joined with the target. */
  connected(id: number, client: Connection, target: Connection): void {
    this.#open += 1
    this.tell({
      event: 'connected',
      id,
      ...(this.#proxy === undefined ? {} : { proxy: this.#proxy }),
      remote: remoteName(client),
      local: localName(client),
      target: remoteName(target),
      connections: this.#open,
      ...(client.proxyHeader === undefined ? {} : { via: peerName(client.peer) }),
      ...(client.tls === undefined ? {} : { tls: summarizeTls(client.tls) }),
      ...(target.tls === undefined ? {} : { targetTls: summarizeTls(target.tls) }),
    })
  }

  /** @returns what was said */
  closed(id: number, { endedBy, client, target }: SessionResult): ProxyClosedEvent {
    this.#open -= 1
    const first = endedBy === 'target' ? target : client
    const error = first.error ?? client.error ?? target.error
    const event: ProxyClosedEvent = {
      event: 'closed',
      id,
      by: endedBy,
      reason: first.reason,
      up: client.bytesRead,
      down: client.bytesWritten - client.unsent,
      connections: this.#open,
      ...(error === undefined ? {} : { error: describeFailure(error).message }),
    }
    this.tell(event)
    return event
  }

  /** @param what undefined: the fault meets this connection, and has done nothing yet */
  struck(id: number, fault: Fault, what: string | undefined): void {
    const event = { event: 'fault', id, name: fault.name, fault: showFault(fault) } as const
    this.tell(what === undefined ? event : { ...event, what })
  }

  /** TLS has begun on both sides of a connection. */
  secured(id: number, client: Connection, target: Connection): void {
    this.tell({
      event: 'tls',
      id,
      ...(client.tls === undefined ? {} : { tls: summarizeTls(client.tls) }),
      ...(target.tls === undefined ? {} : { targetTls: summarizeTls(target.tls) }),
    })
  }

  /** A rule was applied. */
  ruled(id: number, direction: Way, rule: string, what: string): void {
    this.tell({ event: 'rule', id, direction, rule, what })
  }

  refused(refusal: Refusal): void {
    const { reason, connections, limit, error } = refusal
    this.tell({
      event: 'refused',
      remote: remoteName(refusal),
      ...{ reason, connections, limit },
      ...(error === undefined ? {} : { error: describeFailure(error).message }),
    })
  }

  /** @returns what was said */
  failed(error: unknown, id?: number): string {
    const who = id === undefined ? {} : { id }
    const { message } = describeFailure(error)
    this.tell({ event: 'error', ...who, code: codeOf(error) ?? '', message })
    return message
  }
}
