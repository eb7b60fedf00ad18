import type { Refusal } from './refusal.js'

/** What of a request says where it comes from. */
export interface Origins {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly 'sec-fetch-site'?: string | string[] | undefined
  readonly 'sec-fetch-mode'?: string | string[] | undefined
  readonly 'sec-fetch-dest'?: string | string[] | undefined
}

/** Where the page is served. */
export interface PagePlace {
  /** As it was asked for: `127.0.0.1`, `::1`, `localhost`. */
  readonly host: string
  readonly port: number
  /** Whether other machines reach it. */
  readonly isOpen: boolean
}

/** A link from another page may lead here, as a click in a terminal that is a web page does. */
function isNavigation(headers: Origins): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/**
 * Why a request is refused, as far as its headers say; undefined lets it in.
 *
 * The name in Host is checked first: a page elsewhere can make its own name lead to this machine (DNS rebinding), and
 * would then be of the same origin. Other servers of this machine are of the same site, so that a cookie alone proves
 * nothing: whatever changes or reads something must come from this page itself.
 *
 * @param changes whether it may do more than read a file of the page
 */
export function findRefusal(
  headers: Origins,
  place: PagePlace,
  changes: boolean,
): Refusal | undefined {
  const { host = '', origin } = headers
  if (!isOurs(host, place)) {
    const text = `the workbench is not served as ${JSON.stringify(host)}: use the link that the terminal shows`
    return { status: 421, text }
  }
  if (!comesFromHere(headers, changes)) {
    return { status: 403, text: 'requests of other pages are not served' }
  }
  const isOwn = origin?.toLowerCase() === `http://${host.toLowerCase()}`
  if (origin === undefined ? changes : !isOwn) {
    return { status: 403, text: `requests of the page ${origin ?? 'nowhere'} are not served` }
  }
  return undefined
}

/** Whether a browser says that the request comes from our page, or from a person. */
function comesFromHere(headers: Origins, changes: boolean): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  return !changes && isNavigation(headers)
}

function isOurs(host: string, place: PagePlace): boolean {
  const [, name = '', port = '80'] =
    /^([^:]+|\[[^\]]+\])(?::(\d+))?$/.exec(host.toLowerCase()) ?? []
  if (Number(port) !== place.port) return false
  const own = place.host.includes(':') ? `[${place.host}]` : place.host.toLowerCase()
  if (['localhost', '127.0.0.1', '[::1]', own].includes(name)) return true
  // No page can make an address lead elsewhere.
  return place.isOpen && (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || /^\[[\da-f:.]+\]$/.test(name))
}
