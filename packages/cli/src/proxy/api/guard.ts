/** What of a request says where it comes from. */
export interface Origins {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly userAgent: string | undefined
}

/**
 * Why a request is refused; undefined lets it in. A page in a browser on this machine could otherwise
 * reach the API: by a form or a script, which send an Origin, or by a name that it makes lead here (DNS
 * rebinding), which is then the Host.
 *
 * @param names further names that the API may be asked by
 */
export function findRefusal(request: Origins, names: readonly string[]): string | undefined {
  const { host = '', origin, userAgent = '' } = request
  if (userAgent.startsWith('Mozilla/')) return 'User agent not allowed'
  if (origin !== undefined) return 'requests of web pages are not allowed: send no Origin'
  const name = host.replace(/:\d*$/, '').toLowerCase()
  if (name === 'localhost' || isAddress(name) || names.includes(name)) return undefined
  return `the host ${JSON.stringify(name)} is not allowed: use localhost or an IP address, or start hawser proxy with --api-host ${name}`
}

/** A web page cannot make an address lead elsewhere, as it can a name. */
function isAddress(name: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || /^\[[\da-f:.]+\]$/.test(name)
}
