import type { Socket } from 'node:net'

/** An end of a connection, which a handle fills in. */
interface Name {
  address?: string
  port?: number
}

/** What the tap reads of the native half of a socket. */
export interface Handle {
  readonly bytesRead?: number
  readonly bytesWritten?: number
  /** The socket that TLS was put on, of a handle of TLS. */
  readonly _parentWrap?: Watched | null
  getsockname?(name: Name): unknown
  getpeername?(name: Name): unknown
  getProtocol?(): string | null
  getCipher?(): { readonly name?: string } | undefined
  getServername?(): string | null | false
  getALPNNegotiatedProtocol?(): string | false | null
}

/** What the tap reads of a socket. */
export interface Watched extends Omit<Socket, 'connecting'> {
  readonly connecting: boolean
  readonly encrypted?: boolean
  readonly resetAndClosing?: boolean
  readonly _handle: Handle | null
  readonly _server?: object | null
  /** The handle of TLS, as long as it may be asked: Node.js itself would crash after that. */
  readonly ssl?: Handle | null
}

/** @returns the class of a handle: TCP, Pipe, TLSWrap, TTY, JSStream */
export function classOf(handle: Handle): string {
  return (handle.constructor as { readonly name: string }).name
}

/** @returns both ends, where the operating system names them; the socket's own getters would keep what they return */
export function addressesOf({ _handle: handle }: Watched): { local?: string; remote?: string } {
  if (handle === null) return {}
  const local = join((name) => handle.getsockname?.(name))
  const remote = join((name) => handle.getpeername?.(name))
  return { ...(local !== undefined && { local }), ...(remote !== undefined && { remote }) }
}

function join(ask: (name: Name) => unknown): string | undefined {
  const name: Name = {}
  try {
    ask(name)
  } catch {
    return undefined
  }
  const { address, port } = name
  if (address === undefined || port === undefined) return undefined
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** @returns what TLS agreed on, or undefined before it did */
export function securityOf({ _handle: handle, ssl }: Watched): object | undefined {
  if (handle === null || ssl !== handle) return undefined
  const version = handle.getProtocol?.()
  const cipher = handle.getCipher?.()?.name
  if (typeof version !== 'string' || cipher === undefined) return undefined
  const alpn = handle.getALPNNegotiatedProtocol?.()
  const sni = handle.getServername?.()
  return {
    version,
    ...(typeof alpn === 'string' && { alpn }),
    ...(typeof sni === 'string' && { sni }),
    cipher,
  }
}
