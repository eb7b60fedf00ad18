import process from 'node:process'
import { type FastSocket, noteRead } from '../fast-read.js'

/** What a socket's events are passed to. */
export interface SocketOwner {
  handle(event: 'data' | 'end' | 'error' | 'close', value?: Uint8Array | Error): void
}

const owner: unique symbol = Symbol('hawser.transport')

export interface OwnedSocket extends FastSocket {
  [owner]?: SocketOwner
}

/** From now on `by` gets the socket's errors and its close. */
export function ownSocket(socket: OwnedSocket, by: SocketOwner): void {
  socket[owner] = by
  socket.on('error', noteError).on('close', tellClosed)
}

/** As `ownSocket`, for one that speaks TLS: a reset is over before the call that asked for it. */
export function ownSecureSocket(socket: OwnedSocket, by: SocketOwner): void {
  socket[owner] = by
  socket.on('error', noteError).on('close', tellClosedLater)
}

/** From now on the owner gets the peer's end. */
export function hearEnd(socket: OwnedSocket): void {
  socket.on('end', tellEnd)
}

/** From now on the owner gets what arrives. */
export function hearData(socket: OwnedSocket): void {
  socket.on('data', tellData)
}

/** TLS will read this socket. */
export function stopHearing(socket: OwnedSocket): void {
  socket.off('data', tellData).off('end', tellEnd)
}

/** TLS runs over this socket and closes after it. */
export function leaveClose(socket: OwnedSocket): void {
  socket.off('close', tellClosed)
}

// Shared by all sockets: a listener of its own for each would cost every connection its memory.
function tellData(this: OwnedSocket, bytes: Uint8Array): void {
  noteRead(bytes.length)
  this[owner]?.handle('data', bytes)
}

function tellEnd(this: OwnedSocket): void {
  this[owner]?.handle('end')
}

function noteError(this: OwnedSocket, error: Error): void {
  this[owner]?.handle('error', error)
}

function tellClosed(this: OwnedSocket): void {
  this[owner]?.handle('close')
}

function tellClosedLater(this: OwnedSocket): void {
  process.nextTick(tellClosed.bind(this))
}
