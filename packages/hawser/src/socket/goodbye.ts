import type net from 'node:net'
import { setImmediate } from 'node:timers'
import { TLSSocket } from 'node:tls'
import { getSystemErrorName } from 'node:util'
import { askPeerName, canReadFast } from './fast-read.js'

/**
 * Whether a TLS peer said goodbye (close_notify) before it ended, which Node.js does not tell: it makes
 * one end of both. But it passes the goodbye on while it is still reading TCP, and what TCP ended
 * without one only when that was read to its end. The operating system's handle knows which of the two
 * it is, at the moment of the end alone. It is not documented, so it lives here, every part is looked
 * for before it is used, and the answer is "unknown" where one is missing.
 */

const parting: unique symbol = Symbol('hawser.parting')

/** How a TLS connection ended, as far as it has. */
interface Parting {
  readonly beneath: net.Socket
  /** The peer's end came, and nothing more is asked. */
  peerEnded: boolean
  peerSaidGoodbye: boolean | undefined
  weSaidGoodbye: boolean
  /** There was no peer any more when we said it. */
  wasLost: boolean
}

interface Parted extends TLSSocket {
  [parting]?: Parting
}

/** The part of a TCP socket's handle that this relies on. */
interface Handle {
  readonly fd: number
  readonly reading: boolean
  readStart(): number
  readStop(): number
}

/** From now on note how this TLS socket ends. */
export function notePartings(socket: TLSSocket, beneath: net.Socket): void {
  if (!canReadFast) return
  const parted: Parted = socket
  parted[parting] = {
    beneath,
    peerEnded: false,
    peerSaidGoodbye: undefined,
    weSaidGoodbye: false,
    wasLost: false,
  }
  parted.push = pushNoting
  parted._final = finalNoting
}

/** Whether the peer said goodbye before its end; undefined when that cannot be known. */
export function saidGoodbye(socket: net.Socket): boolean | undefined {
  return (socket as Parted)[parting]?.peerSaidGoodbye
}

/**
 * Whether the connection was gone before our own end. Our goodbye is then what the operating system
 * tells of the reset, and Node.js drops that: what is read afterwards ends as if nothing were wrong.
 */
export function lostBeforeEnd(socket: net.Socket): boolean {
  return (socket as Parted)[parting]?.wasLost ?? false
}

/**
 * Closes a connection; what the operating system holds is still delivered. Under TLS our goodbye goes
 * first, because its peer cannot tell what closes without one from what broke off.
 *
 * @param socket the one that is written to
 * @param beneath the one of the operating system; the same, without TLS
 * @param hasWritten whether nothing is under way, whose loss a goodbye would hide
 */
export function closeSocket(socket: net.Socket, beneath: net.Socket, hasWritten: boolean): void {
  if (hasWritten && !socket.destroyed && owesGoodbye(socket)) {
    socket.pause()
    socket.end()
    // Node.js says it a turn later where something was written in this one.
    if (owesGoodbye(socket)) {
      setImmediate(destroyBoth, socket, beneath)
      return
    }
  }
  destroyBoth(socket, beneath)
}

/** Whether our own goodbye is still to be said. */
function owesGoodbye(socket: net.Socket): boolean {
  return (socket as Parted)[parting]?.weSaidGoodbye === false
}

function destroyBoth(socket: net.Socket, beneath: net.Socket): void {
  socket.destroy()
  beneath.destroy()
}

function pushNoting(this: Parted, chunk: unknown, encoding?: BufferEncoding): boolean {
  const noted = this[parting]
  if (chunk === null && noted?.peerEnded === false) {
    noted.peerEnded = true
    noted.peerSaidGoodbye = isGoodbye(noted.beneath)
  }
  return TLSSocket.prototype.push.call(this, chunk, encoding)
}

function finalNoting(this: Parted, done: (error?: Error | null) => void): void {
  TLSSocket.prototype._final.call(this, done)
  const noted = this[parting]
  if (noted === undefined) return
  noted.weSaidGoodbye = true
  if (noted.peerSaidGoodbye === true) return
  // Our goodbye was written in that call and our FIN leaves in the next turn: until then nothing but a
  // reset leaves a connection without a peer.
  noted.wasLost = handleOf(noted.beneath) !== undefined && askPeerName(noted.beneath) === undefined
}

/** Whether TLS itself makes of this moment an end, and not TCP beneath it. */
function isGoodbye(beneath: net.Socket): boolean | undefined {
  const handle = handleOf(beneath)
  if (handle === undefined) return undefined
  // The stream had enough and stopped it, so that TCP cannot have come to its end now.
  if (!handle.reading) return true
  const status = handle.readStart()
  if (isUnderWay(status)) return true
  if (status !== 0) return undefined
  // It had ended, and reads on now: that shows whether it tells. It is stopped before it can read.
  const tells = isUnderWay(handle.readStart())
  handle.readStop()
  return tells ? false : undefined
}

/** Windows has no descriptor here, and what began to read cannot be stopped there. */
function handleOf(beneath: net.Socket): Handle | undefined {
  const { _handle: handle } = beneath as unknown as { _handle?: Partial<Handle> | null }
  const isKnown =
    typeof handle?.fd === 'number' &&
    handle.fd >= 0 &&
    typeof handle.reading === 'boolean' &&
    typeof handle.readStart === 'function' &&
    typeof handle.readStop === 'function'
  return isKnown ? (handle as Handle) : undefined
}

function isUnderWay(status: number): boolean {
  return status < 0 && getSystemErrorName(status) === 'EALREADY'
}
