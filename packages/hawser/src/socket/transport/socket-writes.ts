import { Buffer } from 'node:buffer'
import type net from 'node:net'
import type { TransportChunk } from '../../transport.js'

/** @returns whether the operating system took all of it at once */
export function writePlain(socket: net.Socket, chunks: readonly TransportChunk[]): boolean {
  if (chunks.length === 1) socket.write(chunks[0] as TransportChunk)
  else {
    socket.cork()
    for (const chunk of chunks) socket.write(chunk)
    socket.uncork()
  }
  return socket.writableLength === 0 && !socket.destroyed && socket.errored === null
}

/** Calls `written` when what was written before has left. */
export function whenWritten(socket: net.Socket, written: () => void): void {
  // An empty write behind it completes when it has: only a write that waits needs a callback.
  socket.write('', (error) => {
    if (!error) written()
  })
}

/**
 * Under TLS every write waits, and an empty one must not be made: what the operating system says to
 * it, Node.js drops, and a reset would pass for an end.
 */
export function writeSecurely(
  socket: net.Socket,
  chunks: readonly TransportChunk[],
  written: () => void,
): void {
  const last = chunks.length - 1
  socket.cork()
  for (const [index, chunk] of chunks.entries()) {
    if (index < last) socket.write(chunk)
    else socket.write(chunk, (error) => (error ? undefined : written()))
  }
  socket.uncork()
}

/**
 * How much of a write is still under way, in bytes.
 *
 * @param beneath the socket of the operating system
 * @param isQueueExact whether its queue holds these bytes and nothing else
 */
export function sizeUnsent(
  chunks: readonly TransportChunk[],
  beneath: net.Socket,
  isQueueExact: boolean,
): number {
  const handle = (beneath as { _handle?: { readonly writeQueueSize?: number } | null })._handle
  const queued = handle?.writeQueueSize
  if (queued === undefined) return sizeOf(chunks)
  // What TLS adds was not accepted by a caller, and what it holds back is not in the queue yet.
  return isQueueExact ? queued : Math.min(Math.max(queued, 1), sizeOf(chunks))
}

function sizeOf(chunks: readonly TransportChunk[]): number {
  let size = 0
  for (const chunk of chunks) size += Buffer.byteLength(chunk)
  return size
}
