/**
 * The cookie of a workbench. Cookies are the same for all ports of a machine, so that the port is in its name: two
 * workbenches do not overwrite each other's.
 */
export function cookieName(port: number): string {
  return `hawser-${port}`
}

export function setCookie(port: number, secret: string): string {
  return `${cookieName(port)}=${secret}; HttpOnly; SameSite=Strict; Path=/`
}

/** @returns what a request brings of it; the empty string if it brings none */
export function readCookie(header: string | undefined, port: number): string {
  const prefix = `${cookieName(port)}=`
  const own = (header ?? '').split(';').map((part) => part.trim())
  return own.find((part) => part.startsWith(prefix))?.slice(prefix.length) ?? ''
}
