import type { Watched } from '../connections/watched.js'
import { observeReads } from './define.js'
import { findHolder } from './symbols.js'

/** What TLS calls on its socket when the handshake is done. */
const finish = '_finishInit'

/** Says when TLS has agreed on a connection's keys. */
export class SecuredWatch {
  readonly #watched = new WeakSet()

  readonly #onSecured: (socket: Watched) => void

  constructor(onSecured: (socket: Watched) => void) {
    this.#onSecured = onSecured
  }

  /** TLS is loaded by the program, if it is at all: its class is found by its first socket. */
  watch(socket: Watched): void {
    const holder = findHolder(socket, finish)
    if (holder === undefined || holder === socket || this.#watched.has(holder)) return
    this.#watched.add(holder)
    observeReads(holder, finish, (of) => {
      if (of !== holder) this.#onSecured(of as Watched)
      return undefined
    })
  }
}
