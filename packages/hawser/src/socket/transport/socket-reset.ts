import type net from 'node:net'

/**
 * Resets a TCP connection.
 *
 * @param socket the one that is written to
 * @param beneath the one of the operating system; the same, without TLS
 */
export function resetSocket(socket: net.Socket, beneath: net.Socket): void {
  if (!isShuttingDown(socket)) {
    beneath.resetAndDestroy()
    return
  }
  // libuv refuses to reset during shutdown(2), and Node.js would then lose the descriptor.
  socket.pause()
  socket.once('finish', () => beneath.resetAndDestroy())
}

/** Whether the FIN was asked for and has not left; it does in the next turn. */
function isShuttingDown(socket: net.Socket): boolean {
  return socket.writableEnded && !socket.writableFinished && socket.writableLength === 0
}
