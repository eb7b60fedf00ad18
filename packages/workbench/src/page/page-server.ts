import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WorkbenchError } from '../workbench-error.js'
import type { Assets } from './assets.js'
import { findRefusal, type PagePlace } from './guard.js'
import { securityHeaders } from './headers.js'
import type { PageSocket } from './page-socket.js'
import { Pages } from './pages.js'
import { askForLink, type Refusal } from './refusal.js'
import { type PageReply, Routes, sayInstead } from './routes.js'
import { Tickets } from './tickets.js'

/** Connections of browsers at once: each page has a few. */
const mostConnections = 128
/** Bytes of the body of a request: a token. */
const largestBody = 1_024
/** Bytes of the head of a request: browsers send the cookies of all servers of this machine with it. */
const largestHead = 65_536
const usualPatience = 10_000

/** How a page is served. */
export interface PageServerOptions {
  readonly assets: Assets
  /** Called with each page that opens. */
  readonly opened: (page: PageSocket) => void
  /** Called with what a person should see: why a page was disconnected, that it asks too fast. */
  readonly noticed?: ((why: string) => void) | undefined
  /** Whether it may listen where other machines reach it. */
  readonly isOpen: boolean
  readonly tickets?: Tickets | undefined
  /** Milliseconds a request may take to arrive, and a connection may be kept without one. Default 10,000. */
  readonly patience?: number | undefined
}

/** Serves the page and its WebSocket. */
export class PageServer {
  readonly #http: Server
  readonly #routes: Routes
  readonly #tickets: Tickets
  readonly #pages: Pages
  readonly #isOpen: boolean
  #place: PagePlace | undefined

  constructor(options: PageServerOptions) {
    const { assets, opened, isOpen, tickets = new Tickets(), patience = usualPatience } = options
    this.#isOpen = isOpen
    this.#tickets = tickets
    this.#pages = new Pages(opened, options.noticed ?? (() => undefined))
    const refuseFull = (): Refusal | undefined => this.#pages.refusal
    this.#routes = new Routes(assets, tickets, () => this.#listening.port, refuseFull)
    this.#http = createServer({
      requestTimeout: patience,
      headersTimeout: patience,
      keepAliveTimeout: patience,
      // Node.js looks for late ones every 30 s otherwise.
      connectionsCheckingInterval: patience / 10,
      maxHeaderSize: largestHead,
    })
    this.#http.maxConnections = mostConnections
    // An accept that failed, without a descriptor say: the browser comes again.
    this.#http.on('error', () => undefined)
    this.#http.on('request', (request, response) => void this.#serve(request, response))
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** How many pages are open. */
  get pages(): number {
    return this.#pages.size
  }

  /** @returns rejects with WorkbenchError */
  async listen(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, host, port))
      this.#http.once('error', failed)
      this.#http.listen({ host, port }, () => {
        this.#http.off('error', failed)
        resolve()
      })
    })
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new TypeError('it has no port')
    this.#place = { host, port: address.port, isOpen: this.#isOpen }
  }

  /** A fresh link: it can be used once, and for ten minutes. */
  link(): string {
    const { host, port } = this.#listening
    const isAny = host === '0.0.0.0' || host === '::'
    const name = isAny ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
    return `http://${name}:${port}/#token=${this.#tickets.issue()}`
  }

  /** See now which pages live. */
  look(): void {
    this.#pages.look()
  }

  /** Stop at once; may be called before it listens, and again. */
  close(): Promise<void> {
    this.#pages.close()
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => resolve())
    })
    this.#http.closeAllConnections()
    return closed
  }

  get #listening(): PagePlace {
    if (this.#place === undefined) throw new TypeError('the page is not served yet')
    return this.#place
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Who has gone gets no reply.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    const { status, headers, body } = await this.#reply(request).catch(() =>
      sayInstead(400, 'the request broke off'),
    )
    // What is left of a body that was not read is in the way of the next request.
    if (!request.complete) response.shouldKeepAlive = false
    response.writeHead(status, {
      ...securityHeaders(status === 421 ? '127.0.0.1' : (request.headers.host ?? '')),
      ...headers,
      ...(status === 204 || status === 304 ? {} : { 'Content-Length': body.length }),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  async #reply(request: IncomingMessage): Promise<PageReply> {
    const { method = '', headers, url = '' } = request
    const reads = method === 'GET' || method === 'HEAD'
    const refusal = findRefusal(headers, this.#listening, !reads)
    if (refusal !== undefined) return sayInstead(refusal.status, refusal.text)
    const body = await readBody(request)
    if (body === undefined) return sayInstead(413, `the body has more than ${largestBody} bytes`)
    const [path = ''] = url.split('?', 1)
    const { cookie, 'if-none-match': known } = headers
    const key = headers['hawser-key']?.toString()
    return this.#routes.reply({ method, path, cookie, key, known, body })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A browser that leaves before it was let in.
    socket.on('error', () => undefined)
    const refusal = this.#refuseUpgrade(request)
    if (refusal === undefined) this.#pages.take(request, socket, head)
    else refuse(socket, refusal)
  }

  #refuseUpgrade({ headers, url }: IncomingMessage): Refusal | undefined {
    const refusal = findRefusal(headers, this.#listening, true)
    if (refusal !== undefined) return refusal
    if (url !== '/socket') return { status: 404, text: 'the socket is at /socket' }
    // All that a page can say with an upgrade.
    const { cookie, 'sec-websocket-protocol': key } = headers
    if (!this.#routes.isAdmitted({ cookie, key })) return { status: 401, text: askForLink }
    return this.#pages.refusal
  }
}

/** @returns undefined for one that is too large */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largestBody) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function refuse(socket: Duplex, { status, text: said }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(said)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${said}`, () => socket.destroy())
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): WorkbenchError {
  const why =
    cause.code === 'EADDRINUSE'
      ? 'another process listens there: choose another port'
      : cause.message
  const text = `the page cannot be served on ${host}:${port}: ${why}`
  return new WorkbenchError('WORKBENCH_FAILED', text, { cause })
}
