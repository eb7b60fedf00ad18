/**
 * The layout of the blocks that a watched program sends: that of the session log (docs/session-log.md), but without a
 * checksum, and with numbers of connections that are unique in their thread alone. Little endian.
 */

/** `HWB1`, what a block begins with. */
export const blockMagic = 0x31_42_57_48

/** Bytes of the header of a block. */
export const headerSize = 64

/** Bytes of a row. */
export const rowSize = 32

/** Rows that a block has at most. */
export const mostRows = 1_024

/** Bytes of data that a block has at most. */
export const mostData: number = 256 * 1024

/** The kinds of rows. */
export const kinds = { in: 1, out: 2, event: 3, lost: 4 } as const

/** Bits of a row's flags, as the session log has them. */
export const flags = { tls: 1, cut: 2 } as const

/** How the paths of the pipes begin that are beside the inspector's socket. */
export const pipePrefix = (socket: string): string => `${socket}-pipe-`

/** The pipe that the inspector holds open as long as it lives, and nothing is written to. */
export const lifePath = (socket: string): string => `${socket}-life`
