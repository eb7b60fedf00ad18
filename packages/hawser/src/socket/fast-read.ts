import net from 'node:net'
import process from 'node:process'

/**
 * Reading into one static buffer: Node.js offers it on client sockets (`onread`, documented), where
 * it saves an allocation of 64 KiB for each read. A server's sockets are made without it, so their
 * handle is moved to a socket that has it. That is not documented, so it lives here alone and is
 * used only where every part of it is found.
 *
 * All sockets of a thread share the buffer: a read is decoded before the next one begins.
 */

/** Bytes one read can bring; what libuv itself asks for. */
const readSize = 64 * 1024
/** Room in front of a read for the beginning of a frame whose rest it brings. */
const headroom = 64 * 1024

const memory = new ArrayBuffer(headroom + readSize)
const readBuffer = new Uint8Array(memory, headroom, readSize)

/** Where the reads of one socket go. */
export interface FastReader {
  /** Bytes arrived; they are overwritten after the call. */
  read(bytes: Uint8Array, headroom: number): void
}

/** The symbol under which a socket carries its reader. */
export const fastReader: unique symbol = Symbol('hawser.fastReader')

/** A socket that reads into the static buffer. */
export interface FastSocket extends net.Socket {
  [fastReader]?: FastReader
}

interface MovableHandle {
  useUserBuffer?: unknown
  readStart?: unknown
}

/** Pass as `onread` when a socket is made; then give the socket its reader. */
export const onread: net.OnReadOpts = {
  buffer: readBuffer,
  callback: pass,
}

// Node.js calls it as a method of the socket, so that one function serves them all.
function pass(this: unknown, length: number): boolean {
  const socket = this as FastSocket
  socket[fastReader]?.read(new Uint8Array(memory, headroom, length), headroom)
  return true
}

/** Whether this runtime is the one whose insides `moveToFastRead` knows. */
const runtimeKnown =
  process.versions['node'] !== undefined &&
  process.versions['bun'] === undefined &&
  process.versions['deno'] === undefined

/**
 * Move an accepted socket's handle to a socket that reads into the static buffer.
 *
 * The accepted socket is left empty and destroyed, so `net.Server` no longer counts it: whoever
 * calls this counts connections itself.
 *
 * @returns the new socket, or undefined where the runtime has not what it takes
 */
export function moveToFastRead(accepted: net.Socket): FastSocket | undefined {
  if (!runtimeKnown) return undefined
  const shell = accepted as unknown as { _handle?: MovableHandle | null }
  const handle = shell._handle
  if (handle === undefined || handle === null) return undefined
  if (typeof handle.useUserBuffer !== 'function' || typeof handle.readStart !== 'function') {
    return undefined
  }
  shell._handle = null
  accepted.destroy()
  return new net.Socket({
    handle,
    allowHalfOpen: true,
    manualStart: true,
    onread,
  } as unknown as net.SocketConstructorOpts)
}

/** Whether a client's socket can read into the static buffer. */
export const canReadFast: boolean = runtimeKnown
