import net from 'node:net'
import process from 'node:process'
import { getSystemErrorName } from 'node:util'
import type { TransportChunk } from '../../transport.js'

/**
 * Writing through a socket's handle, past its stream: for a reply to one small message the stream's
 * bookkeeping costs as much as all of ours. Nothing of it is documented, so it lives here alone,
 * every part is looked for before it is used, and `socket.write` takes over where one is missing.
 *
 * It is used only while the stream is at rest (nothing waits in it, connected, not ending, no TLS),
 * so that the two never write at the same time. And not while another watches what sockets write, as
 * `hawser inspect` does: it sees only what goes by the stream.
 */

/** A request object of Node.js. It is bound to a write only when that turns asynchronous. */
interface WriteRequest {
  oncomplete?: (this: WriteRequest, status: number) => void
  /** What the operating system still reads from. */
  chunks?: readonly TransportChunk[]
  writer?: HandleWriter
}

/** Whose write it is. */
export interface HandleWriter {
  /** A write that waited is over; `status` is negative when it failed. */
  handled(status: number): void
}

interface Handle {
  writeLatin1String(request: WriteRequest, text: string): number
  writeUtf8String(request: WriteRequest, text: string): number
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
  writev(request: WriteRequest, chunks: readonly Uint8Array[], allBuffers: boolean): number
}

type WithHandle = net.Socket & { _handle?: Partial<Handle> | null }

/** Node.js' inner module for streams. */
interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest
  /** What the last call of any stream of this thread did; at `kLastWriteWasAsync`, whether it waits. */
  readonly streamBaseState: Int32Array
  readonly kLastWriteWasAsync: number
}

/** What sockets write through; replaced by those who watch it. */
interface Watchable {
  readonly _writeGeneric?: unknown
}

const sockets = net.Socket.prototype as unknown as Watchable
const unwatched = Symbol.for('hawser.tap') in globalThis ? undefined : sockets._writeGeneric

const binding = findBinding()
/** Serves all writes that are over at once; one that is not takes it along. */
let spare: WriteRequest | undefined

/** `taken`: all of it was; `waiting`: `handled` is called; `unable`: write by the stream. */
export type HandleWrite = 'taken' | 'waiting' | 'unable'

/**
 * Hands `chunks` to the operating system.
 *
 * @param size how many bytes they are, where that is known
 * @param writer called when a write that waits is over
 * @returns a negative number when it failed at once
 */
export function writeByHandle(
  socket: net.Socket,
  chunks: readonly TransportChunk[],
  size: number | undefined,
  writer: HandleWriter,
): HandleWrite | number {
  const handle = (socket as WithHandle)._handle
  if (binding === undefined || !isUsable(socket, handle)) return 'unable'
  const request = (spare ??= new binding.WriteWrap())
  const status = hand(handle, request, chunks, size)
  if (status === undefined) return 'unable'
  if (status !== 0) {
    // It may be bound to the write that failed.
    spare = undefined
    return status
  }
  // An empty queue would not do: a write may wait for its end though nothing is left in it, and a
  // request that is used twice ends the process.
  if (binding.streamBaseState[binding.kLastWriteWasAsync] === 0) return 'taken'
  spare = undefined
  request.chunks = chunks
  request.writer = writer
  request.oncomplete = completed
  return 'waiting'
}

/** Anything but text or bytes would abort the process in there: that is left to the stream to refuse. */
function hand(
  handle: Handle,
  request: WriteRequest,
  chunks: readonly TransportChunk[],
  size: number | undefined,
): number | undefined {
  const [only] = chunks
  if (chunks.length > 1) {
    return chunks.every(isBytes) ? handle.writev(request, chunks, true) : undefined
  }
  // ASCII is the same in both encodings, and for Latin-1 Node.js only copies it.
  if (typeof only === 'string') {
    return only.length === size
      ? handle.writeLatin1String(request, only)
      : handle.writeUtf8String(request, only)
  }
  return isBytes(only) ? handle.writeBuffer(request, only) : undefined
}

function isBytes(chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array
}

/** The error a failed write stands for, as Node.js would make it. */
export function writeError(status: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`write ${code}`), { errno: status, code, syscall: 'write' })
}

function completed(this: WriteRequest, status: number): void {
  delete this.chunks
  this.writer?.handled(status)
}

function isUsable(
  socket: net.Socket,
  handle: Partial<Handle> | null | undefined,
): handle is Handle {
  return (
    socket.writableLength === 0 &&
    !socket.connecting &&
    !socket.destroyed &&
    !socket.writableEnded &&
    sockets._writeGeneric === unwatched &&
    typeof handle?.writeBuffer === 'function'
  )
}

/** Everything that is relied on, or nothing: under `--permission`, say, the inner module is denied. */
function findBinding(): StreamBinding | undefined {
  const { execArgv, env, versions } = process
  const isNode = versions['bun'] === undefined && versions['deno'] === undefined
  // With warnings of pending deprecations switched on, there would be one for this.
  const warns =
    execArgv.includes('--pending-deprecation') || env['NODE_PENDING_DEPRECATION'] === '1'
  const { binding: find } = process as { binding?: (name: string) => Partial<StreamBinding> }
  if (!isNode || warns || typeof find !== 'function') return undefined
  try {
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = find.call(process, 'stream_wrap')
    if (typeof WriteWrap !== 'function' || typeof kLastWriteWasAsync !== 'number') return undefined
    if (!(streamBaseState instanceof Int32Array) || !(kLastWriteWasAsync in streamBaseState)) {
      return undefined
    }
    return { WriteWrap, streamBaseState, kLastWriteWasAsync }
  } catch {
    return undefined
  }
}
