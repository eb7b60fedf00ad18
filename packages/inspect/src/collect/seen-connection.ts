import { countOf, type Fields, someOf, textOf } from './fields.js'
import { malformed } from './block.js'
import type { SeenThread } from './thread.js'

/** How a connection came to be: accepted by a server, made by a client, or met when it was there already. */
export type Role = 'accept' | 'connect' | 'adopt'

/** What its two ends agreed on. */
export interface SeenTls {
  readonly version: string | undefined
  readonly cipher: string | undefined
  readonly alpn: string | undefined
  readonly sni: string | undefined
}

/** How a connection of a watched program ended. */
export interface SeenClose {
  /** Who ended it first: the program (`local`), its peer, or an error. */
  readonly by: 'local' | 'remote' | 'error'
  /** `ended`, `reset`, `gone` where the process ended first, or the code of an error. */
  readonly reason: string
  /** What the socket itself counted; undefined where the process ended first. */
  readonly counted: Bytes | undefined
}

/** Bytes in each direction. */
export interface Bytes {
  readonly in: number
  readonly out: number
}

const roles: readonly unknown[] = ['accept', 'connect', 'adopt'] satisfies readonly Role[]

/** A connection of a watched program. */
export class SeenConnection {
  /** Its number in the inspection: 1, 2, 3, … */
  readonly id: number
  readonly thread: SeenThread
  readonly role: Role
  /** The name that the program asked for. */
  readonly host: string | undefined
  /** The Unix socket. */
  readonly path: string | undefined
  /** The program's end, as `127.0.0.1:8000`, once it is known. */
  local: string | undefined
  /** The other end. */
  remote: string | undefined
  tls: SeenTls | undefined
  /** Why its bytes cannot be shown; undefined where they are. */
  unseen: string | undefined
  /** Bytes that went through it before it was met. */
  readonly before: Bytes
  /** Bytes that reached the inspector. */
  readonly captured: { in: number; out: number } = { in: 0, out: 0 }
  /** Bytes that the program sent or received, and that the inspector was too slow for. */
  readonly lost: { in: number; out: number } = { in: 0, out: 0 }
  #firstEnd: 'in' | 'out' | undefined

  /** @throws FramingError for an event `open` that cannot be */
  constructor(id: number, thread: SeenThread, fields: Fields) {
    const { role } = fields
    if (!isRole(role)) throw malformed('a connection has no role')
    this.id = id
    this.thread = thread
    this.role = role
    this.host = textOf(fields['host'])
    this.path = textOf(fields['path'])
    this.before = { in: someOf('in', fields['in']), out: someOf('out', fields['out']) }
    this.#place(fields)
  }

  /** The connection stands. */
  connected(fields: Fields): void {
    this.#place(fields)
  }

  /** TLS has begun. */
  secured(fields: Fields): void {
    const { version, cipher, alpn, sni } = fields
    this.tls = {
      version: textOf(version),
      cipher: textOf(cipher),
      alpn: textOf(alpn),
      sni: textOf(sni),
    }
  }

  /** A direction ended. */
  ended(direction: 'in' | 'out'): void {
    this.#firstEnd ??= direction
  }

  /** @throws FramingError for counts that cannot be */
  missed(fields: Fields): Bytes {
    const missed = { in: someOf('in', fields['in']), out: someOf('out', fields['out']) }
    this.lost.in += missed.in
    this.lost.out += missed.out
    return missed
  }

  /**
   * @param fields the event `close`
   * @throws FramingError for counts that cannot be
   */
  close(fields: Fields): SeenClose {
    const counted = {
      in: countOf('bytesRead', fields['bytesRead'] ?? 0),
      out: countOf('bytesWritten', fields['bytesWritten'] ?? 0),
    }
    const error = textOf(fields['error'])
    if (fields['reset'] === true) return { by: 'local', reason: 'reset', counted }
    if (error === 'ECONNRESET') return { by: 'remote', reason: 'reset', counted }
    if (error !== undefined) return { by: 'error', reason: error, counted }
    const by = this.#firstEnd === 'in' ? 'remote' : 'local'
    return { by, reason: 'ended', counted }
  }

  #place(fields: Fields): void {
    this.local = textOf(fields['local']) ?? this.local
    this.remote = textOf(fields['remote']) ?? this.remote
  }
}

function isRole(value: unknown): value is Role {
  return roles.includes(value)
}
