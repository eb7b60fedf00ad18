import type { ListenOptions } from 'node:net'
import type { UnixEndpoint } from '../unix/unix-endpoint.js'

export type { ListenOptions }

/**
 * How a process listens that shares its listening sockets with others. The part that brings processes
 * together (`hawser/workers`) sets it before they listen.
 */
export interface SharedListening {
  /**
   * Listen over TCP.
   *
   * @param bind listens there and returns the port; what it is handed may differ from `options`
   * @returns to be called when it is listened on no more
   */
  listenTcp(
    options: ListenOptions,
    bind: (options: ListenOptions) => Promise<number>,
  ): Promise<() => void>
  /**
   * Listen on a Unix socket.
   *
   * @param bind binds the socket at a path, from where it is moved to where it belongs
   * @returns to be called when it is listened on no more
   */
  listenUnix(endpoint: UnixEndpoint, bind: (path: string) => Promise<void>): Promise<() => void>
}

let sharing: SharedListening | undefined

/** From now on, listen that way; undefined is alone. */
export function shareListening(how: SharedListening | undefined): void {
  sharing = how
}

/** How listening sockets are shared, if they are. */
export function sharedListening(): SharedListening | undefined {
  return sharing
}
