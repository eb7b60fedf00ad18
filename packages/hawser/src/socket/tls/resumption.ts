import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { TlsClientOptions, TlsNodeOptions } from '../../tls.js'
import { materialsOf } from './material.js'
import type { SessionStore } from './tls-sessions.js'

/**
 * Keeps the sessions of one way to check a peer. A session that is taken up again skips every check
 * of the certificate, so what was agreed on under one `ca`, name, pin or identity of ours is never
 * offered under another.
 */
export class Resumption {
  readonly #store: SessionStore
  readonly #key: string

  constructor(store: SessionStore, options: TlsClientOptions, host: string) {
    this.#store = store
    this.#key = `${host} ${digestOf(options)}`
  }

  /** What to offer. */
  offer(): Buffer | undefined {
    return this.#store.use(this.#key)
  }

  /** It did not work out with what was offered. */
  forget(): void {
    this.#store.delete(this.#key)
  }

  /**
   * Note the sessions of a socket.
   *
   * @returns keeps them; called when the peer has been found to be the right one
   */
  watch(socket: TLSSocket): () => void {
    let isTrusted = false
    let last: Buffer | undefined
    const keep = (): void => {
      if (last !== undefined) this.#store.put(this.#key, last)
    }
    // TLS 1.2 has it before the handshake is over, TLS 1.3 sends tickets afterwards.
    socket.on('session', (session) => {
      last = session
      if (isTrusted) keep()
    })
    return () => {
      isTrusted = true
      keep()
    }
  }
}

/** Numbers for objects with functions in them, which have no digest. */
const numbers = new WeakMap<TlsNodeOptions, number>()
let lastNumber = 0

function numberOf(node: TlsNodeOptions): number {
  const number = numbers.get(node) ?? ++lastNumber
  numbers.set(node, number)
  return number
}

function digestOf(options: TlsClientOptions): string {
  const { alpn, minVersion, insecure = false, pins } = options
  const node = options.node === undefined ? 0 : numberOf(options.node)
  const hash = createHash('sha256').update(
    JSON.stringify({ alpn, minVersion, insecure, pins, node }),
  )
  for (const material of materialsOf(options)) hash.update('\0').update(material)
  return hash.digest('base64')
}
