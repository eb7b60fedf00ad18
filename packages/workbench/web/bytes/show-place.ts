/** Where a peer is, as one writes it: `127.0.0.1:8000`, `[::1]:8000`, `unix`. What a log says may be anything. */
export function showPlace(address: unknown, port: unknown): string {
  const host = text(address)
  if (port === undefined) return host === '' ? 'unix' : host
  return `${host.includes(':') ? `[${host}]` : host}:${text(port)}`
}

function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
