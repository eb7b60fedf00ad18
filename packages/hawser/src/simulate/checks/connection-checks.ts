import { connectionClose, connectionOpen } from '../../observe/channels.js'
import type { ClosePayload, ConnectionPayload, ObservedConnection } from '../../observe/payloads.js'
import { currentPlace } from '../context.js'

type Info = ClosePayload['info']

/** One end of a connection, as its own process saw it. */
interface Seen {
  readonly place: string
  readonly name: string
  readonly connection: ObservedConnection
  info: Info | undefined
}

/**
 * Watches all connections of a simulation: each has to end, with a reason that does not contradict the
 * other end's, and no byte may be read that was not written.
 */
export class ConnectionChecks {
  readonly #isDead: (place: string) => boolean
  readonly #wasCut: (name: string) => boolean
  readonly #seen = new Map<ObservedConnection, Seen>()
  /** Undefined where several had the same ports one after another. */
  readonly #byName = new Map<string, Seen | undefined>()

  /**
   * @param isDead whether a process was killed: it says nothing about its ends
   * @param wasCut whether a connection was reset by neither end
   */
  constructor(isDead: (place: string) => boolean, wasCut: (name: string) => boolean) {
    this.#isDead = isDead
    this.#wasCut = wasCut
    connectionOpen.subscribe(this.#opened)
    connectionClose.subscribe(this.#closed)
  }

  /** Both ends of connections so far. */
  get count(): number {
    return this.#seen.size
  }

  /** Watch no more. */
  stop(): void {
    connectionOpen.unsubscribe(this.#opened)
    connectionClose.unsubscribe(this.#closed)
  }

  /** What is wrong, now that all should have ended. */
  problems(): readonly string[] {
    const problems: string[] = []
    for (const seen of this.#seen.values()) {
      if (this.#isDead(seen.place)) continue
      if (seen.info === undefined) problems.push(`${describe(seen)} is still open`)
      else problems.push(...this.#compare(seen, seen.info))
    }
    return problems
  }

  readonly #opened = (payload: unknown): void => {
    const place = currentPlace()?.name
    if (place === undefined) return
    const { connection } = payload as ConnectionPayload
    const seen = { place, name: nameOf(connection, 'own'), connection, info: undefined }
    this.#seen.set(connection, seen)
    this.#byName.set(seen.name, this.#byName.has(seen.name) ? undefined : seen)
  }

  readonly #closed = (payload: unknown): void => {
    const { connection, info } = payload as ClosePayload
    const seen = this.#seen.get(connection)
    if (seen !== undefined) seen.info = info
  }

  #compare(seen: Seen, info: Info): readonly string[] {
    const other = this.#byName.get(nameOf(seen.connection, 'peer'))
    if (other === undefined || this.#byName.get(seen.name) === undefined) return []
    const said = other.info
    const written = said?.bytesWritten ?? other.connection.bytesWritten
    const problems: string[] = []
    if (info.bytesRead > written) {
      problems.push(`${describe(seen)} read ${info.bytesRead} bytes, and ${written} were written`)
    }
    if (said === undefined || this.#isDead(other.place)) return problems
    // What arrives for an end that has closed is dropped: only one whose peer ended first has all of it.
    const isWhole = info.reason === 'ended' && info.by === 'remote' && said.reason === 'ended'
    if (isWhole && info.bytesRead !== said.bytesWritten - said.unsent) {
      problems.push(
        `${describe(seen)} ended in order and read ${info.bytesRead} of ${said.bytesWritten} bytes, ${said.unsent} unsent`,
      )
    }
    const wasReset = info.reason === 'reset' && info.by === 'remote' && !this.#wasCut(seen.name)
    if (wasReset && isInnocent(said)) {
      problems.push(`${describe(seen)} was reset by its peer, which says that it ended in order`)
    }
    return problems
  }
}

/** Both directions ended in order, and all that was received was taken. */
function isInnocent({ reason, unsent, undelivered, by }: Info): boolean {
  return reason === 'ended' && by === 'remote' && unsent === 0 && undelivered === 0
}

function describe({ place, connection }: Seen): string {
  return `connection ${connection.id} of ${place} (${nameOf(connection, 'own')})`
}

/** The same for both ends of a connection. */
function nameOf(connection: ObservedConnection, side: 'own' | 'peer'): string {
  const { localAddress, localPort, remoteAddress, remotePort } = connection
  const own = `${localAddress}:${localPort ?? ''}`
  const peer = `${remoteAddress}:${remotePort ?? ''}`
  return side === 'own' ? `${own}>${peer}` : `${peer}>${own}`
}
