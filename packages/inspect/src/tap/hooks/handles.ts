import type { Watched } from '../connections/watched.js'
import { classOf, type Handle } from '../connections/watched.js'
import { settleFault } from '../fault.js'
import { observeReads } from './define.js'
import { findHolder } from './symbols.js'

/** What is read of a handle just before native code takes it over: by HTTP, by HTTP/2, by TLS. */
const asked = 'isStreamBase'

/** Says when a handle is about to be taken over. */
export class HandleWatch {
  readonly #watched = new WeakSet()

  readonly #owner: symbol
  readonly #onTaken: (socket: Watched) => false | undefined

  /**
   * @param owner the symbol by which a handle has its socket
   * @param onTaken called with the socket; false makes HTTP/2 read and write in JavaScript
   */
  constructor(owner: symbol, onTaken: (socket: Watched) => false | undefined) {
    this.#owner = owner
    this.#onTaken = onTaken
  }

  /** @returns whether this runtime asks */
  static isAsked(handle: object): boolean {
    return findHolder(handle, asked) !== undefined
  }

  /** Each class of handles has it on a prototype. */
  watch(handle: Handle): void {
    const holder = findHolder(handle, asked)
    if (holder === undefined || holder === handle || this.#watched.has(holder)) return
    this.#watched.add(holder)
    observeReads(holder, asked, (of) => {
      try {
        // Of the two that race for an address, the one that lost has no socket any more.
        const socket = Reflect.get(of, this.#owner) as Watched | null | undefined
        return socket ? this.#onTaken(socket) : undefined
      } catch (error) {
        settleFault(error)
        return undefined
      }
    })
  }
}

/** @returns whether a connection is about to be one of HTTP/2 over TLS */
export function wantsHttp2(socket: Watched): boolean {
  const { _handle: handle } = socket
  if (handle === null || classOf(handle) !== 'TLSWrap') return false
  const agreed: unknown = Reflect.get(socket, 'alpnProtocol')
  if (typeof agreed === 'string') return agreed === 'h2'
  const offered: unknown = Reflect.get(
    (Reflect.get(socket, '_tlsOptions') as object) ?? {},
    'ALPNProtocols',
  )
  return String(offered).includes('h2')
}
