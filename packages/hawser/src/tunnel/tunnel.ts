/** Where a tunnel is to lead. */
export interface TunnelTarget {
  /** A host name, in ASCII, or an IP address without brackets. */
  readonly host: string
  readonly port: number
}

/** The user that asks for a tunnel. */
export interface TunnelLogin {
  readonly user: string
  readonly password: string
}

/** What is known after some bytes of a proxy. */
export type TunnelResult =
  /** All bytes were taken, and the next ones are wanted. */
  | { readonly kind: 'more' }
  /** All bytes were taken, and it is our turn. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** It is open. The proxy's own words end `consumed` bytes into the last ones. */
  | { readonly kind: 'open'; readonly consumed: number }
  /** The proxy refused. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** What came is not what the protocol says. */
  | { readonly kind: 'broken'; readonly problem: string }

/**
 * The opening of a tunnel through a proxy: bytes in, bytes out. However the bytes are cut, the outcome
 * is the same, and it holds no more bytes than the longest reply has.
 */
export interface Tunnel {
  /** What to say first. */
  begin(): Uint8Array
  /** Go on with the next bytes; after `open`, `refused` or `broken`, do not call it again. */
  receive(bytes: Uint8Array): TunnelResult
}

/** The next bytes are wanted. */
export const more: TunnelResult = { kind: 'more' }
