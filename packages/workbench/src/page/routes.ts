import { Buffer } from 'node:buffer'
import type { Assets } from './assets.js'
import { readCookies, setCookie } from './cookie.js'
import { askForLink, type Refusal } from './refusal.js'
import type { Tickets } from './tickets.js'

/** A request whose origin was checked. */
export interface PageRequest {
  readonly method: string
  readonly path: string
  readonly cookie: string | undefined
  /** What the page kept of an earlier exchange. */
  readonly key: string | undefined
  /** The tag of what the browser has. */
  readonly known: string | undefined
  readonly body: string
}

export interface PageReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What is served: the files of the page, and `/session`, where a link is exchanged for a cookie and a key. */
export class Routes {
  readonly #assets: Assets
  readonly #tickets: Tickets
  readonly #port: () => number
  readonly #findRefusal: () => Refusal | undefined

  /** @param findRefusal why a browser that is let in has to wait, if that is so */
  constructor(
    assets: Assets,
    tickets: Tickets,
    port: () => number,
    findRefusal: () => Refusal | undefined,
  ) {
    this.#assets = assets
    this.#tickets = tickets
    this.#port = port
    this.#findRefusal = findRefusal
  }

  reply(request: PageRequest): PageReply {
    const { method, path } = request
    if (path === '/session') return this.#session(request)
    if (method !== 'GET' && method !== 'HEAD')
      return sayInstead(405, 'use GET', { Allow: 'GET, HEAD' })
    const asset = this.#assets.get(path)
    if (asset === undefined) return sayInstead(404, 'there is no such file')
    const { etag, type, bytes } = asset
    const headers = { ETag: etag, 'Cache-Control': 'no-cache' }
    if (request.known === etag) return { status: 304, headers, body: Buffer.alloc(0) }
    return { status: 200, headers: { ...headers, 'Content-Type': type }, body: bytes }
  }

  /** Whether a request brings the cookie, and the key that goes with it. */
  isAdmitted({ cookie, key = '' }: Pick<PageRequest, 'cookie' | 'key'>): boolean {
    const secrets = readCookies(cookie, this.#port())
    return secrets.some((secret) => this.#tickets.admits({ secret, key }))
  }

  /** `GET` says whether the browser is let in, `POST` with a token lets it in. */
  #session(request: PageRequest): PageReply {
    const { method, body } = request
    if (method === 'GET') {
      if (!this.isAdmitted(request)) {
        return sayInstead(401, `there is no way in yet: ${askForLink}`)
      }
      const refusal = this.#findRefusal()
      return refusal === undefined ? empty() : sayInstead(refusal.status, refusal.text)
    }
    if (method !== 'POST') return sayInstead(405, 'use GET or POST', { Allow: 'GET, POST' })
    const pass = this.#tickets.exchange(readToken(body))
    if (pass !== undefined) return welcome(pass.key, setCookie(this.#port(), pass.secret))
    // A page that is loaded again brings its used link with it.
    if (this.isAdmitted(request)) return empty()
    return sayInstead(
      403,
      `this link was used already, or is older than ten minutes: ${askForLink}`,
    )
  }
}

/** @returns the empty string, which is no token, for what is none */
function readToken(body: string): string {
  try {
    const { token } = JSON.parse(body) as { readonly token?: unknown }
    return typeof token === 'string' ? token : ''
  } catch {
    return ''
  }
}

function empty(): PageReply {
  return { status: 204, headers: { 'Cache-Control': 'no-store' }, body: Buffer.alloc(0) }
}

function welcome(key: string, cookie: string): PageReply {
  const type = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return {
    status: 200,
    headers: { ...type, 'Set-Cookie': cookie },
    body: Buffer.from(JSON.stringify({ key })),
  }
}

/** A reply for a person. */
export function sayInstead(
  status: number,
  said: string,
  headers: Readonly<Record<string, string>> = {},
): PageReply {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  return { status, headers: { ...type, ...headers }, body: Buffer.from(`${said}\n`) }
}
