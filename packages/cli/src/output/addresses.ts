/** Either end of a connection, as the library names it. */
export interface Ends {
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

/** `127.0.0.1:8000`, `[::1]:8000`, or a Unix socket's path. */
export function remoteName(ends: Ends): string {
  return showAddress(ends.remoteAddress, ends.remotePort)
}

/** Our own end. */
export function localName(ends: Ends): string {
  return showAddress(ends.localAddress, ends.localPort)
}

/** The socket's other end, where that is a proxy. */
export function peerName(peer: { address: string; port?: number } | undefined): string {
  return showAddress(peer?.address, peer?.port)
}

function showAddress(address: string | undefined, port: number | undefined): string {
  // A client of a Unix socket has no name.
  if (address === undefined || address === '') return 'local'
  if (port === undefined) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
