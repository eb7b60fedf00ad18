import fs from 'node:fs'
import type net from 'node:net'
import { askPeerName, canReadFast } from '../fast-read.js'
import { lostBeforeEnd, saidGoodbye } from '../goodbye.js'
import type { Beginning } from './beginning.js'

/**
 * What really ended the peer's direction, if that was no end: a reset, or a timeout of the operating
 * system's. libuv takes a connection that is closed both ways for an end when the read before it did
 * not fill its buffer, and a reset closes both ways: what the peer had not sent yet would be missing
 * without a word. One more read gets from the operating system what libuv did not ask.
 *
 * @param socket the one that is read, on TCP
 * @param beginning of its connection, where it has one
 */
export function hiddenReset(
  socket: net.Socket,
  beginning: Beginning | undefined,
): Error | undefined {
  const beneath = beginning?.beneath
  if (beneath === undefined) return readFault(socket)
  // Who has said goodbye under TLS has said all, and may well close without reading the session tickets,
  // which is a reset to the operating system. Where goodbyes are unknown, who said anything had its say.
  if (saidGoodbye(socket) ?? beginning?.hasHeard === true) return undefined
  return readFault(beneath) ?? swallowedReset(socket, beneath)
}

const place = new Uint8Array(1)

function readFault(socket: net.Socket): Error | undefined {
  const { fd = -1 } = (socket as { _handle?: { readonly fd?: number } | null })._handle ?? {}
  if (!canReadFast || fd < 0) return undefined
  try {
    // Nothing is behind an end, so that nothing is taken from anyone.
    fs.readSync(fd, place, 0, 1, null)
    return undefined
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    return syscall !== 'read' || code === 'EAGAIN' ? undefined : lost(code)
  }
}

/**
 * TLS writes of its own (session tickets, goodbyes, empty ones), and Node.js drops what the operating system
 * returns for them; each read behind it then finds an end. A socket that was reset has no peer any more.
 * One that both sides have ended has none either: of that, only what was noted at our end is known.
 */
function swallowedReset(socket: net.Socket, beneath: net.Socket): Error | undefined {
  if (lostBeforeEnd(socket)) return lost()
  if (socket.writableEnded || askPeerName(beneath) !== undefined) return undefined
  return lost('ECONNRESET')
}

function lost(code = 'ECONNRESET'): Error {
  return Object.assign(new Error(`read ${code}`), { code, syscall: 'read' })
}
