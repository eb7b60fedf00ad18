import { Buffer } from 'node:buffer'
import type net from 'node:net'
import process from 'node:process'
import type {
  Transport,
  TransportAddress,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
import { type FastReader, type FastSocket, fastReader } from './fast-read.js'

/** Whether libuv's queue can be seen, so that a write's progress is known before its end. */
const showsProgress =
  process.versions['bun'] === undefined && process.versions['deno'] === undefined

const owner: unique symbol = Symbol('hawser.transport')

interface OwnedSocket extends FastSocket {
  [owner]?: SocketTransport
  _handle?: { readonly writeQueueSize?: number } | null
}

const capabilities: Record<'tcp' | 'unix', Record<'fast' | 'plain', TransportCapabilities>> = {
  tcp: { fast: describe(true, true), plain: describe(true, false) },
  unix: { fast: describe(false, true), plain: describe(false, false) },
}

function describe(reset: boolean, borrowedReads: boolean): TransportCapabilities {
  return { reset, halfClose: true, borrowedReads, writeProgress: showsProgress }
}

/** A TCP or Unix socket of Node.js as a transport. No closure is made for a connection. */
export class SocketTransport implements Transport, FastReader {
  readonly #remote: TransportAddress | undefined
  readonly #socket: OwnedSocket
  readonly #fast: boolean
  #sink: TransportSink | undefined
  #error: Error | undefined
  #outstanding: readonly TransportChunk[] | undefined

  /**
   * @param fast whether the socket reads into the static buffer
   * @param remote the peer's name: it must be asked for while the socket is open
   */
  constructor(socket: net.Socket, fast: boolean, remote: TransportAddress | undefined) {
    this.#socket = socket
    this.#fast = fast
    this.#remote = remote
    this.#socket[owner] = this
    socket.on('error', noteError)
    socket.on('close', tellClosed)
  }

  get capabilities(): TransportCapabilities {
    const { unix, tcp } = capabilities
    const kind = this.#remote?.family === 'unix' ? unix : tcp
    return this.#fast ? kind.fast : kind.plain
  }

  get addresses(): TransportAddresses {
    const remote = this.#remote
    const unixPath = remote?.family === 'unix' ? remote.address : undefined
    return { local: localAddress(this.#socket, unixPath), remote }
  }

  get unsent(): number {
    if (this.#outstanding === undefined) return 0
    return this.#socket._handle?.writeQueueSize ?? sizeOf(this.#outstanding)
  }

  start(sink: TransportSink): void {
    this.#sink = sink
    const socket = this.#socket
    socket.on('end', tellEnd)
    if (this.#fast) socket[fastReader] = this
    else socket.on('data', tellData)
    socket.resume()
  }

  read(bytes: Uint8Array, headroom: number): void {
    this.#sink?.data(bytes, true, headroom)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  write(chunks: readonly TransportChunk[]): boolean {
    const socket = this.#socket
    if (chunks.length === 1) socket.write(chunks[0] as TransportChunk)
    else {
      socket.cork()
      for (const chunk of chunks) socket.write(chunk)
      socket.uncork()
    }
    if (socket.writableLength === 0) return true
    this.#outstanding = chunks
    // An empty write behind it completes when it has: only a write that waits needs a callback.
    socket.write('', () => this.#written())
    return false
  }

  end(): void {
    this.#socket.end()
  }

  reset(): void {
    const socket = this.#socket
    if (this.capabilities.reset && !socket.destroyed) socket.resetAndDestroy()
    else socket.destroy()
  }

  close(): void {
    this.#socket.destroy()
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  /** @internal called by the shared listeners below */
  handle(event: 'data' | 'end' | 'error' | 'close', value?: Uint8Array | Error): void {
    if (event === 'data') this.#sink?.data(value as Uint8Array, false, 0)
    else if (event === 'end') this.#sink?.end()
    else if (event === 'error') this.#error ??= value as Error
    else this.#sink?.closed(this.#error)
  }

  #written(): void {
    if (this.#outstanding === undefined || this.#socket.destroyed) return
    this.#outstanding = undefined
    this.#sink?.written()
  }
}

// Shared by all sockets: a listener of its own for each would cost every connection its memory.
function tellData(this: OwnedSocket, bytes: Uint8Array): void {
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

function sizeOf(chunks: readonly TransportChunk[]): number {
  let size = 0
  for (const chunk of chunks) size += Buffer.byteLength(chunk)
  return size
}

/** Our name; on a Unix socket the path that was listened on or connected to. */
export function localAddress(
  socket: net.Socket,
  unixPath: string | undefined,
): TransportAddress | undefined {
  if (unixPath !== undefined) return { address: unixPath, family: 'unix' }
  return address(socket.localAddress, socket.localFamily, socket.localPort)
}

/** The peer's name; on a Unix socket the path that was listened on or connected to. */
export function remoteAddress(
  socket: net.Socket,
  unixPath: string | undefined,
): TransportAddress | undefined {
  if (unixPath !== undefined) return { address: unixPath, family: 'unix' }
  return address(socket.remoteAddress, socket.remoteFamily, socket.remotePort)
}

function address(
  ip: string | undefined,
  family: string | undefined,
  port: number | undefined,
): TransportAddress | undefined {
  return ip === undefined ? undefined : { address: ip, family: family ?? 'IPv4', port: port ?? 0 }
}
