import { Buffer } from 'node:buffer'
import type net from 'node:net'
import type { TransportChunk } from '../../transport.js'

/** Hands `chunks` to the stream. @returns whether the operating system took all of it at once */
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

/** As much as TLS may still hold back of a write that passes for done, when it renegotiates. */
const largestAtOnce = 64 * 1024

/**
 * Hands `chunks` to TLS. An empty write must not be made there: what the operating system says to it,
 * Node.js drops, and a reset would pass for an end.
 *
 * @param beneath the socket of the operating system
 * @param written called when it was handed over; to be ignored after true
 * @returns whether all of it was at once: nothing waited, and nothing waits beneath
 */
export function writeSecurely(
  socket: net.Socket,
  beneath: net.Socket,
  chunks: readonly TransportChunk[],
  size: number,
  written: () => void,
): boolean {
  const wasFree = socket.writableLength === 0
  const last = chunks.length - 1
  if (last > 0) socket.cork()
  for (let index = 0; index < last; index += 1) socket.write(chunks[index] as TransportChunk)
  const chunk = chunks[last] as TransportChunk
  // ASCII is the same in both encodings, and for Latin-1 Node.js only copies it.
  const encoding = last === 0 && chunk.length === size ? 'latin1' : 'utf8'
  socket.write(chunk, encoding, (error) => (error ? undefined : written()))
  if (last > 0) socket.uncork()
  return wasFree && size <= largestAtOnce && queueOf(beneath) === 0 && !socket.destroyed
}

/**
 * How much of a write of `size` bytes is still under way.
 *
 * @param beneath the socket of the operating system
 * @param isQueueExact whether its queue holds these bytes and nothing else
 */
export function sizeUnsent(size: number, beneath: net.Socket, isQueueExact: boolean): number {
  const queued = queueOf(beneath)
  if (queued === undefined) return size
  // What TLS adds was not accepted by a caller, and what it holds back is not in the queue yet.
  return isQueueExact ? queued : Math.min(Math.max(queued, 1), size)
}

function queueOf(socket: net.Socket): number | undefined {
  const handle = (socket as { _handle?: { readonly writeQueueSize?: number } | null })._handle
  return handle?.writeQueueSize
}

/** Bytes of a write, counted once: it is asked for at every message to a slow reader. */
export function sizeOf(chunks: readonly TransportChunk[]): number {
  let size = 0
  for (const chunk of chunks) {
    size += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length
  }
  return size
}
