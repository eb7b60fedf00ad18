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

/** Cookies of the same name that are looked at. */
const mostCookies = 16

/** @returns what a request brings of it: several, where another server of this machine has set one as well */
export function readCookies(header: string | undefined, port: number): string[] {
  const prefix = `${cookieName(port)}=`
  const all = (header ?? '').split(';').map((part) => part.trim())
  const own = all.filter((part) => part.startsWith(prefix)).slice(0, mostCookies)
  return own.map((part) => part.slice(prefix.length))
}
