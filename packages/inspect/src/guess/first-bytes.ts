/** How many bytes of each direction a guess looks at. */
export const guessedBytes = 64

/** What a connection began with: at most the first 64 bytes of each direction are looked at. */
export interface FirstBytes {
  /** What the side that connected sent first. */
  readonly client: Uint8Array
  /** What the side that accepted sent first. */
  readonly server: Uint8Array
  /** The port of the side that accepted. It only decides between protocols that begin alike. */
  readonly port?: number | undefined
}

/** The same as one character a byte, which a pattern can be tried on. */
export interface Beginning {
  readonly client: string
  readonly server: string
  readonly port: number | undefined
}

/** A protocol's name, and what its first bytes look like. */
export interface Rule {
  readonly name: string
  readonly matches: (beginning: Beginning) => boolean
}

/** One character a byte. */
export function toCharacters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, guessedBytes))
}

/** The byte at a place; NaN behind the end, which equals nothing. */
export function byteAt(text: string, at: number): number {
  return text.charCodeAt(at)
}

/** Whether these bytes are at a place. */
export function hasBytes(text: string, at: number, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => text.charCodeAt(at + index) === byte)
}

/** A number of two bytes, the most significant first. */
export function uint16(text: string, at: number): number {
  return byteAt(text, at) * 256 + byteAt(text, at + 1)
}

/** A number of four bytes, the most significant first. */
export function uint32(text: string, at: number): number {
  return uint16(text, at) * 65_536 + uint16(text, at + 2)
}

/** A number of four bytes, the least significant first. */
export function uint32Little(text: string, at: number): number {
  const high = byteAt(text, at + 3) * 256 + byteAt(text, at + 2)
  return high * 65_536 + byteAt(text, at + 1) * 256 + byteAt(text, at)
}
