/** A name for a session that has none: `server 8000`, `client db.example 5432`. */
export function nameOf(kind: string, endpoint: string): string {
  const place = endpoint
    .replace(/^(?:tcp|tls|unix):(?:\/\/)?/, '')
    .replace(/^(?:127\.0\.0\.1|localhost):/, '')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, ' ')
    .trim()
  return `${kind} ${place}`.slice(0, 64).trim()
}
