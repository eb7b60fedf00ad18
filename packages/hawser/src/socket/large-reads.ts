import { Buffer } from 'node:buffer'
import type net from 'node:net'
import { setTimeout } from 'node:timers'

/**
 * Reads of 32 KiB and more announce others as large. The next read of such a socket goes into a
 * buffer of its own, which is given away as it is: copying 64 KiB costs more than all else that is
 * done for a large read. A socket whose reads are small again goes back to the shared buffer, and so
 * does one that has not filled its buffer for a while, or each idle connection would keep 64 KiB. One
 * that is paused keeps it: what it waits for is larger.
 */

/** Bytes one read can bring; what libuv itself asks for. */
export const readSize: number = 64 * 1024
/** A read that announces large ones. A buffer that is filled less is copied, not given away. */
export const largeRead: number = 32 * 1024
/** Sockets of this process that may have a buffer of their own at a time: 4 MiB. */
const mostHolders = 64
/** Buffers kept for the next large read. */
const mostSpare = 16
/**
 * How often a socket may be sent back to the shared buffer: each time leaves 48 bytes in Node.js until
 * the socket closes. One that has used this up reads into the shared buffer for good.
 */
const mostReturns = 64
/** Milliseconds after which a buffer that was not filled is taken back. */
const longestWait = 20

/** What a socket reads into, as this module and Node.js know it. */
export interface Holder extends net.Socket {
  [reading]?: Reading
  _handle?: { readonly reading?: boolean; useUserBuffer?(buffer: Uint8Array): unknown } | null
}

interface Reading {
  /** The buffer of its own; undefined while it reads into the shared one. */
  buffer: Uint8Array | undefined
  filled: boolean
  returns: number
}

const reading: unique symbol = Symbol('hawser.reading')
const holders = new Set<Holder>()
const spare: Uint8Array[] = []
/** The memory of all of them, wherever it is now. Other memory may be as large, and shared by many. */
const ours = new WeakSet<ArrayBufferLike>()
let isLooking = false
let timer: NodeJS.Timeout | undefined
/** Where Node.js keeps a socket's buffer; null where that is not to be found. */
let kBuffer: symbol | null | undefined

/** The buffer of its own that `socket` was reading into, if any. */
export function ownBuffer(socket: Holder): Uint8Array | undefined {
  return socket[reading]?.buffer
}

/**
 * A read brought many bytes: give the socket a buffer of its own for the next one.
 *
 * @param shared what it reads into otherwise
 */
export function takeBuffer(socket: Holder, shared: Uint8Array): Uint8Array {
  const own = (socket[reading] ??= { buffer: undefined, filled: false, returns: 0 })
  const isAllowed =
    holders.size < mostHolders && own.returns < mostReturns && canReturn(socket, shared)
  if (!isAllowed || socket.destroyed) return shared
  own.buffer = spare.pop() ?? makeBuffer()
  own.filled = true
  holders.add(socket)
  if (!isLooking) {
    isLooking = true
    lookLater(shared)
  }
  return own.buffer
}

/** The buffer of its own was read into, and is the socket's no more. */
export function leaveBuffer(socket: Holder): void {
  const own = socket[reading]
  if (own !== undefined) own.buffer = undefined
  holders.delete(socket)
}

/**
 * Give back a buffer that nothing reads any more. What came otherwise is left alone: the records of TLS
 * lie side by side in one piece of 64 KiB, in Node.js 26.
 */
export function giveBuffer(bytes: Uint8Array): void {
  if (spare.length < mostSpare && ours.has(bytes.buffer)) spare.push(new Uint8Array(bytes.buffer))
}

function makeBuffer(): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(readSize)
  ours.add(buffer.buffer)
  return buffer
}

/** The same timer each time: one every 20 ms would be promoted by collections as frequent as that. */
function lookLater(shared: Uint8Array): void {
  if (timer === undefined) timer = setTimeout(look, longestWait, shared).unref()
  else timer.refresh()
}

/** Send back those that were not filled since the last look. */
function look(shared: Uint8Array): void {
  for (const socket of holders) {
    const own = socket[reading] as Reading
    const isPaused = socket._handle?.reading === false
    if ((own.filled || isPaused) && !socket.destroyed) own.filled = false
    else sendBack(socket, own, shared)
  }
  isLooking = holders.size > 0
  if (isLooking) lookLater(shared)
}

function sendBack(socket: Holder, own: Reading, shared: Uint8Array): void {
  holders.delete(socket)
  if (own.buffer !== undefined) giveBuffer(own.buffer)
  own.buffer = undefined
  own.returns += 1
  if (socket.destroyed) return
  socket._handle?.useUserBuffer?.(shared)
  Reflect.set(socket, kBuffer as symbol, shared)
}

/** Whether a socket can be sent back to the shared buffer: without that none is given one of its own. */
function canReturn(socket: Holder, shared: Uint8Array): boolean {
  kBuffer ??=
    Object.getOwnPropertySymbols(socket).find(
      (symbol) => symbol.description === 'kBuffer' && Reflect.get(socket, symbol) === shared,
    ) ?? null
  return kBuffer !== null && typeof socket._handle?.useUserBuffer === 'function'
}
