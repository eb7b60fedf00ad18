import type { Buffer } from 'node:buffer'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import { LinkedMap } from '../../policy/linked-map.js'
import { type TlsSessions, tlsSessionsNames, type TlsSessionsOptions } from '../../tls.js'

/** How many sessions are kept by default. */
const defaultMaxSessions = 256

/**
 * Remember TLS sessions, so that connections which share this take up again what was agreed on
 * before, without certificates (RFC 8446 section 2.2): the handshake costs less on both sides. A session
 * is offered again until the server sends a newer one, so onlookers can tell that two connections
 * belong together (RFC 8446 appendix C.4); their addresses tell them as much.
 *
 * ```ts
 * const tls = { sessions: createTlsSessions() }
 * const first = await connect('tls://db.example:5433', { tls })
 * // Later: `again.tls.resumed` is true.
 * const again = await connect('tls://db.example:5433', { tls })
 * ```
 *
 * @throws OptionError when `maxSessions` cannot work
 */
export function createTlsSessions(options: TlsSessionsOptions = {}): TlsSessions {
  checkOptions(options, tlsSessionsNames)
  const { maxSessions = defaultMaxSessions } = options
  if (typeof maxSessions !== 'number' || !(maxSessions >= 1)) {
    throw invalid(
      'maxSessions',
      `is ${String(maxSessions)}: it takes a number, 1 or more (Infinity is off)`,
    )
  }
  return new SessionStore(maxSessions)
}

/**
 * The store of the options, if there is one.
 *
 * @throws OptionError when it is not one of ours
 */
export function storeOf(sessions: TlsSessions | undefined): SessionStore | undefined {
  if (sessions === undefined || sessions instanceof SessionStore) return sessions
  throw invalid('tls.sessions', 'takes what createTlsSessions() returns')
}

/** The last session of each peer, as long as there is room; the longest unused goes first. */
export class SessionStore implements TlsSessions {
  readonly #max: number
  readonly #kept = new LinkedMap<string, Buffer>()

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#kept.size
  }

  clear(): void {
    this.#kept.clear()
  }

  /** The session to offer, if there is one. */
  use(key: string): Buffer | undefined {
    const session = this.#kept.get(key)
    if (session !== undefined) this.put(key, session)
    return session
  }

  put(key: string, session: Buffer): void {
    this.#kept.set(key, session)
    if (this.#kept.size <= this.#max) return
    const { oldest } = this.#kept
    if (oldest !== undefined) this.#kept.delete(oldest.key)
  }

  delete(key: string): void {
    this.#kept.delete(key)
  }
}
