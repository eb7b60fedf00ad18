import net from 'node:net'
import process from 'node:process'
import { keepFreedMemory } from './freed-memory.js'
import {
  giveBuffer,
  type Holder,
  largeRead,
  leaveBuffer,
  ownBuffer,
  readSize,
  takeBuffer,
} from './large-reads.js'

/**
 * Reading into one static buffer: Node.js offers it on client sockets (`onread`, documented), where
 * it saves an allocation of 64 KiB for each read. A server makes its sockets without it, so here the
 * accepted handle is caught before that and given a socket that has it. That is not documented, so
 * it lives here alone and is used only where every part of it is found.
 *
 * All sockets of a thread share the buffer: a read is decoded before the next one begins.
 */

/** Room in front of a read for the beginning of a frame whose rest it brings. */
const headroom = 64 * 1024

const memory = new ArrayBuffer(headroom + readSize)
const readBuffer = new Uint8Array(memory, headroom, readSize)

/** Where the reads of one socket go. */
export interface FastReader {
  /** Bytes arrived. Borrowed ones are overwritten after the call. */
  read(bytes: Uint8Array, borrowed: boolean, headroom: number): void
}

/** The symbol under which a socket carries its reader. */
export const fastReader: unique symbol = Symbol('hawser.fastReader')

/** A socket that reads into the static buffer. */
export interface FastSocket extends Holder {
  [fastReader]?: FastReader
}

/** Pass as `onread` when a socket is made; then give the socket its reader. */
export const onread: net.OnReadOpts = {
  buffer: nextBuffer,
  callback: pass,
}

/** A read that brought so many bytes is over, by whichever way it came. */
export function noteRead(length: number): void {
  if (length >= largeRead) keepFreedMemory()
}

let next: Uint8Array = readBuffer

/** Node.js asks for the next buffer of a socket when it is made, and behind each read. */
function nextBuffer(): Uint8Array {
  const buffer = next
  next = readBuffer
  return buffer
}

// Node.js calls it as a method of the socket, so that one function serves them all.
function pass(this: unknown, length: number): boolean {
  const socket = this as FastSocket
  const reader = socket[fastReader]
  const own = ownBuffer(socket)
  if (own === undefined) reader?.read(new Uint8Array(memory, headroom, length), true, headroom)
  else {
    leaveBuffer(socket)
    const bytes = new Uint8Array(own.buffer, own.byteOffset, length)
    const isOwned = length >= largeRead
    reader?.read(bytes, !isOwned, 0)
    // What is borrowed was copied where it is kept.
    if (!isOwned) giveBuffer(bytes)
  }
  noteRead(length)
  if (length >= largeRead) next = takeBuffer(socket, readBuffer)
  return true
}

/** Whether this runtime is the one whose insides are known here. */
const runtimeKnown =
  process.versions['node'] !== undefined &&
  process.versions['bun'] === undefined &&
  process.versions['deno'] === undefined

/** Whether a client's socket can read into the static buffer. */
export const canReadFast: boolean = runtimeKnown

/** The part of a listening handle and of an accepted one that this relies on. */
interface Handle {
  onconnection?: unknown
  useUserBuffer?: unknown
  readStart?: unknown
  getpeername?: unknown
}

type OnConnection = (this: Handle, status: number, accepted: Handle | undefined) => void

/**
 * From now on, hand what `server` accepts to `take`, as sockets that read into the static buffer.
 * The server itself does not see them: the caller counts connections itself, and
 * `server.close()` does not wait for them.
 *
 * Where anything is missing that this relies on, the server's own `connection` event goes on.
 */
export function acceptFast(server: net.Server, take: (socket: FastSocket) => void): void {
  const handle = (server as unknown as { _handle?: Handle | null })._handle
  if (!runtimeKnown || typeof handle?.onconnection !== 'function') return
  const original = handle.onconnection as OnConnection
  handle.onconnection = function onconnection(status: number, accepted: Handle | undefined) {
    const movable =
      status === 0 &&
      typeof accepted?.useUserBuffer === 'function' &&
      typeof accepted.readStart === 'function'
    if (!movable) {
      original.call(handle, status, accepted)
      return
    }
    take(new net.Socket({ handle: accepted, ...socketOptions } as net.SocketConstructorOpts))
  }
}

/**
 * The peer's name, asked of the operating system. Node.js's own answer stays on the socket, a
 * hundred bytes for each connection of which a server with many needs forty.
 */
export function askPeerName(socket: net.Socket): PeerName | undefined {
  const handle = (socket as unknown as { _handle?: Handle | null })._handle
  if (!runtimeKnown || typeof handle?.getpeername !== 'function') {
    const { remoteAddress, remotePort } = socket
    return remoteAddress === undefined ? undefined : { ip: remoteAddress, port: remotePort ?? 0 }
  }
  const answer: { address?: string; port?: number } = {}
  const failed = (handle as unknown as { getpeername(answer: object): number }).getpeername(answer)
  if (failed !== 0 || answer.address === undefined) return undefined
  // Many connections come from one address, a proxy's above all: they share the string.
  if (answer.address !== lastIp) lastIp = answer.address
  return { ip: lastIp, port: answer.port ?? 0 }
}

let lastIp = ''

/** Who a TCP connection is with. */
export interface PeerName {
  readonly ip: string
  readonly port: number
}

const socketOptions = { allowHalfOpen: true, manualStart: true, onread }
