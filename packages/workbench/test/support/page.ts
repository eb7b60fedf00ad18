import { request } from 'node:http'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Asset, Assets } from '../../src/page/assets.js'
import { PageServer, type PageServerOptions } from '../../src/page/page-server.js'
import type { PageSocket } from '../../src/page/page-socket.js'

const index: Asset = { type: 'text/html', etag: '"1"', bytes: Buffer.from('<title>page</title>') }
const pages: Assets = new Map([['/', index]])

/** A response, read whole. */
export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** What a link is exchanged for. */
export type Entry = { readonly cookie: string; readonly key: string }

/** A page that is served, and a browser that asks for it. */
export class Served {
  readonly server: PageServer
  readonly opened: PageSocket[] = []
  port = 0

  private constructor(options: Partial<PageServerOptions>) {
    this.server = new PageServer({
      assets: pages,
      isOpen: false,
      opened: (page) => this.opened.push(page),
      ...options,
    })
  }

  static async start(options: Partial<PageServerOptions> = {}): Promise<Served> {
    const served = new Served(options)
    await served.server.listen('127.0.0.1', 0)
    served.port = Number(new URL(served.server.link()).port)
    onTestFinished(() => served.server.close())
    return served
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** A token of a fresh link. */
  token(): string {
    return new URLSearchParams(new URL(this.server.link()).hash.slice(1)).get('token') ?? ''
  }

  ask(
    method: string,
    path: string,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Response> {
    return ask({ port: this.port, method, path, headers, body })
  }

  post(token: string, headers: Record<string, string> = {}): Promise<Response> {
    const own = { origin: this.origin, ...headers }
    return this.ask('POST', '/session', { headers: own, body: JSON.stringify({ token }) })
  }

  /** Exchange a link. */
  async enter(): Promise<Entry> {
    return entryOf(await this.post(this.token()))
  }

  /** What comes of opening a WebSocket: 101, or the status of the refusal. */
  async upgrade({ key, ...headers }: Record<string, string>, path = '/socket'): Promise<number> {
    const keys = key === undefined ? [] : [key]
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}${path}`, keys, { headers })
    socket.on('error', () => undefined)
    const status = await new Promise<number>((resolve) => {
      socket.once('open', () => resolve(101))
      socket.once('unexpected-response', (_, response) => {
        resolve(response.statusCode ?? 0)
        response.resume()
      })
    })
    socket.terminate()
    return status
  }

  /** A page that is let in. */
  async open(entry?: Entry): Promise<WebSocket> {
    const { cookie, key } = entry ?? (await this.enter())
    const headers = { cookie, origin: this.origin }
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/socket`, key, { headers })
    onTestFinished(() => socket.terminate())
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return socket
  }
}

/** The cookie and the key that came of a link. */
export function entryOf({ headers, body }: Response): Entry {
  const { key } = JSON.parse(body) as { readonly key: string }
  return { cookie: String(headers['set-cookie']).split(';', 1)[0] ?? '', key }
}

/** An HTTP request as any program can send it: nothing of it is checked here. */
export function ask({
  port,
  method,
  path,
  headers,
  body,
}: {
  port: number
  method: string
  path: string
  headers: Record<string, string>
  body: string
}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
    sent.once('error', reject)
    sent.once('response', (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString(),
        })
      })
    })
    sent.end(body)
  })
}
