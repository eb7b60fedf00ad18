import { randomBytes } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http'
import { ApiError } from './api-error.js'
import { findRefusal } from './guard.js'
import { errorReply, type Reply } from './reply.js'
import { readRequestTarget } from './request-target.js'
import type { Routes } from './routes.js'

/** Clients at once: tests that run beside each other have one each. */
const mostConnections = 256
/** Bytes of a request's body; a thousand proxies take a fifth of it. */
const largestBody = 1024 * 1024
/** Milliseconds a request may take to arrive. */
const patience = 15_000
/** Milliseconds a connection is kept without a request. */
const keepAlive = 60_000

/** Serves the REST API over HTTP. */
export class ApiServer {
  readonly #http: HttpServer
  readonly #routes: Routes
  readonly #names: readonly string[]
  /** Requests are carried out one after the other: two that change one proxy must not meet. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param names the API may be asked by, besides localhost and IP addresses */
  constructor(routes: Routes, names: readonly string[]) {
    this.#routes = routes
    this.#names = names
    this.#http = createServer({
      requestTimeout: patience,
      headersTimeout: patience,
      keepAliveTimeout: keepAlive,
      connectionsCheckingInterval: 1_000,
    })
    this.#http.maxConnections = mostConnections
    // An accept that failed, without a descriptor say: the client comes again.
    this.#http.on('error', () => undefined)
    this.#http.on('request', (request, response) => void this.#serve(request, response))
  }

  /** @returns its URL; rejects with the operating system's error */
  async listen(host: string | undefined, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(host === undefined ? { port } : { host, port }, () => {
        this.#http.off('error', reject)
        resolve()
      })
    })
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new TypeError('it has no port')
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return `http://${name}:${address.port}`
  }

  /** Stop at once. */
  close(): void {
    this.#http.close()
    this.#http.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Who has gone gets no reply.
    response.on('error', () => undefined)
    const reply = await this.#answer(request).catch(errorReply)
    const { status, type, body = '' } = reply
    // What is left of a body that was not read is in the way of the next request.
    if (!request.complete) response.shouldKeepAlive = false
    response.writeHead(status, {
      ...(type === undefined ? {} : { 'Content-Type': type }),
      ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
      ...(type?.startsWith('text/plain') === true ? { 'X-Content-Type-Options': 'nosniff' } : {}),
      'X-Toxiproxy-Request-Id': randomBytes(10).toString('hex'),
    })
    response.end(body)
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const { headers, method = '', url = '' } = request
    const { origin } = headers
    const { host, path } = readRequestTarget(url, headers.host)
    const refusal = findRefusal({ host, origin, userAgent: headers['user-agent'] }, this.#names)
    if (refusal !== undefined) throw new ApiError(403, refusal)
    const body = await readBody(request)
    const reply = this.#last.then(() => this.#routes.answer({ method, path, body }))
    this.#last = reply.catch(() => undefined)
    return reply
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largestBody) {
      throw new ApiError(413, `the body has more than ${largestBody} bytes`)
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
