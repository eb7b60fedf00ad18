const names: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x27, "\\'"],
  [0x5c, '\\\\'],
])

/**
 * Show bytes as a quoted string in which every byte can be told apart: printable ASCII as it is,
 * everything else as `\n` or `\xff`.
 *
 * @param limit how many bytes to show, default 200; how many more there are is said behind them
 */
export function escapeBytes(bytes: Uint8Array, limit = 200): string {
  let text = ''
  for (const byte of bytes.subarray(0, limit)) text += escapeByte(byte)
  const more = bytes.length - limit
  return more > 0 ? `'${text}' and ${more} more bytes` : `'${text}'`
}

function escapeByte(byte: number): string {
  const name = names.get(byte)
  if (name !== undefined) return name
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
