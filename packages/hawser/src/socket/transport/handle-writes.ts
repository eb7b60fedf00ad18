import type net from 'node:net'
import process from 'node:process'
import { getSystemErrorName } from 'node:util'
import type { TransportChunk } from '../../transport.js'

/**
 * Writing through a socket's handle, past its stream: for a reply to one small message the stream's
 * bookkeeping costs as much as all of ours. Nothing of it is documented, so it lives here alone,
 * every part is looked for before it is used, and `socket.write` takes over where one is missing.
 *
 * It is used only while the stream is at rest (nothing waits in it, connected, not ending, no TLS),
 * so that the two never write at the same time.
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
  readonly writeQueueSize: number
  writeUtf8String(request: WriteRequest, text: string): number
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number
  writev(request: WriteRequest, chunks: readonly Uint8Array[], allBuffers: boolean): number
}

type WithHandle = net.Socket & { _handle?: Partial<Handle> | null }

const runtimeKnown = process.versions['bun'] === undefined && process.versions['deno'] === undefined

let Request: (new () => WriteRequest) | undefined
/** Serves all writes that are over at once; one that is not takes it along. */
let spare: WriteRequest | undefined

/** `taken`: all of it was; `waiting`: `handled` is called; `unable`: write by the stream. */
export type HandleWrite = 'taken' | 'waiting' | 'unable'

/**
 * Hands `chunks` to the operating system.
 *
 * @param writer called when a write that waits is over
 * @returns a negative number when it failed at once
 */
export function writeByHandle(
  socket: net.Socket,
  chunks: readonly TransportChunk[],
  writer: HandleWriter,
): HandleWrite | number {
  const handle = (socket as WithHandle)._handle
  if (!isUsable(socket, handle)) return 'unable'
  if (Request === undefined) {
    learnRequest(handle)
    return 'unable'
  }
  const request = (spare ??= new Request())
  const status = hand(handle, request, chunks)
  if (status === undefined) return 'unable'
  if (status !== 0) {
    // Who knows what it is bound to.
    spare = undefined
    return status
  }
  if (handle.writeQueueSize === 0) return 'taken'
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
): number | undefined {
  const [only] = chunks
  if (chunks.length > 1) {
    return chunks.every(isBytes) ? handle.writev(request, chunks, true) : undefined
  }
  if (typeof only === 'string') return handle.writeUtf8String(request, only)
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
    runtimeKnown &&
    socket.writableLength === 0 &&
    !socket.connecting &&
    !socket.destroyed &&
    !socket.writableEnded &&
    handle?.writeQueueSize === 0
  )
}

const methods = ['writeUtf8String', 'writeBuffer', 'writev'] as const

/** Node.js keeps the class to itself; the request of the next write by the stream shows it. */
function learnRequest(handle: Handle): void {
  const own = handle as unknown as Record<string, unknown>
  const originals = methods.map((method) => own[method])
  const areFunctions = originals.every((original) => typeof original === 'function')
  if (!areFunctions || methods.some((method) => Object.hasOwn(handle, method))) return
  for (const [index, method] of methods.entries()) {
    const look = (request: WriteRequest, ...rest: unknown[]): unknown => {
      for (const each of methods) delete own[each]
      Request = request.constructor as new () => WriteRequest
      return Reflect.apply(originals[index] as () => unknown, handle, [request, ...rest])
    }
    Object.defineProperty(handle, method, { value: look, configurable: true })
  }
}
