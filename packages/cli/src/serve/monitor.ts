import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http'
import { formatEndpoint, ListenError, type ParsedEndpoint, parseEndpoint } from 'hawser'
import { prometheusContentType } from 'hawser/metrics'
import { UsageError } from '../failure.js'
import type { Monitored } from './monitored.js'

/** Connections of scrapers and probes at once: each needs one, for a moment. */
const mostScrapers = 16
/** Milliseconds a request may take to arrive, and a connection may be kept without one. */
const patience = 5_000

interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz` over HTTP. It outlives the drain of the server it
 * watches, so that a load balancer sees the drain.
 */
export class Monitor {
  readonly #http: HttpServer
  readonly #subject: Monitored

  constructor(subject: Monitored) {
    this.#subject = subject
    this.#http = createServer({
      requestTimeout: patience,
      headersTimeout: patience,
      keepAliveTimeout: patience,
      // Node.js looks for late ones every 30 s otherwise.
      connectionsCheckingInterval: 1_000,
    })
    this.#http.timeout = patience
    this.#http.maxConnections = mostScrapers
    this.#http.on('request', (request, response) => void this.#serve(request, response))
  }

  /**
   * @param endpoint `host:port`, or another form of a TCP endpoint
   * @returns the URL to scrape; rejects with ListenError, OptionError or UsageError
   */
  async listen(endpoint: string): Promise<string> {
    const parsed = parseEndpoint(endpoint)
    if (parsed.kind !== 'tcp') {
      throw new UsageError(`--metrics takes host:port, not ${endpoint}`, 'write 127.0.0.1:9464')
    }
    const { host, port } = parsed
    const where = host === undefined ? { port } : { host, port }
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', (cause: NodeJS.ErrnoException) => {
        reject(listenError(cause, parsed))
      })
      this.#http.listen(where, resolve)
    })
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new TypeError('it has no port')
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return `http://${name}:${address.port}/metrics`
  }

  /** Stop at once; may be called before it listens, and again. */
  close(): void {
    this.#subject.stop()
    this.#http.close()
    this.#http.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#answer(request)
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }
    // A request's body is of no interest, so nothing is read behind it.
    if (!isRead(request)) response.shouldKeepAlive = false
    response.writeHead(status, { ...headers, 'Cache-Control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  async #answer(request: IncomingMessage): Promise<Page> {
    if (!isRead(request)) return plain(405, 'use GET or HEAD')
    const [path = ''] = (request.url ?? '').split('?', 1)
    const metrics = this.#subject.pages[path]
    if (metrics !== undefined) {
      return { status: 200, type: prometheusContentType, body: await metrics() }
    }
    if (path === '/healthz') return plain(200, 'ok')
    if (path === '/readyz') {
      const { ready, why } = this.#subject.readiness()
      return plain(ready ? 200 : 503, why)
    }
    const pages = Object.keys(this.#subject.pages).join(', ')
    return plain(404, `there are ${pages}, /healthz and /readyz`)
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD'
}

function plain(status: number, text: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` }
}

function listenError(cause: NodeJS.ErrnoException, endpoint: ParsedEndpoint): ListenError {
  const where = formatEndpoint(endpoint)
  const options = { op: 'listen', cause } as const
  const { code = '' } = cause
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        'HAWSER_ADDRESS_IN_USE',
        `metrics cannot be served on ${where}: another process listens there; choose another port with --metrics`,
        options,
      )
    case 'EACCES':
      return new ListenError(
        'HAWSER_PERMISSION_DENIED',
        `metrics cannot be served on ${where}: the operating system does not permit it; choose a port above 1023 with --metrics`,
        options,
      )
    default:
      return new ListenError(
        'HAWSER_LISTEN_FAILED',
        `metrics cannot be served on ${where}: ${cause.message}; choose another address with --metrics`,
        options,
      )
  }
}
