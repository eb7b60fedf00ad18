import { Buffer } from 'node:buffer'
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http'
import { ListenError, textOf } from '../../errors.js'
import { formatEndpoint, type TcpEndpoint } from '../../socket/endpoint.js'
import { prometheusContentType } from '../collect.js'
import type { Pages } from './pages.js'

/** Connections of scrapers and probes at once: each needs one, for a moment. */
const mostScrapers = 16
/** Milliseconds a request may take to arrive, and a connection may be kept without one. */
const patience = 5_000

interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Serves `/metrics`, `/healthz` and `/readyz` over HTTP. */
export class PageServer {
  readonly #http: HttpServer
  readonly #pages: Pages

  constructor(pages: Pages) {
    this.#pages = pages
    this.#http = createServer({
      requestTimeout: patience,
      headersTimeout: patience,
      keepAliveTimeout: patience,
      // Node.js looks for late ones every 30 s otherwise.
      connectionsCheckingInterval: 1_000,
    })
    this.#http.timeout = patience
    this.#http.maxConnections = mostScrapers
    // An accept that failed, without a descriptor say: the scraper comes again.
    this.#http.on('error', () => undefined)
    this.#http.on('request', (request, response) => void this.#serve(request, response))
  }

  /** @returns the URL of the metrics; rejects with ListenError */
  async listen(endpoint: TcpEndpoint): Promise<string> {
    const { host, port } = endpoint
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, endpoint))
      this.#http.once('error', failed)
      this.#http.listen(host === undefined ? { port } : { host, port }, () => {
        this.#http.off('error', failed)
        resolve()
      })
    })
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new TypeError('it has no port')
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return `http://${name}:${address.port}/metrics`
  }

  /** Stop at once; may be called before it listens, and again. */
  close(): Promise<void> {
    this.#pages.stop()
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => resolve())
    })
    this.#http.closeAllConnections()
    return closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#answer(request).catch((error: unknown) =>
      plain(500, `the metrics could not be collected: ${textOf(error)}`),
    )
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }
    // A request's body is of no interest, so nothing is read behind it.
    if (!isRead(request)) response.shouldKeepAlive = false
    response.writeHead(status, { ...headers, 'Cache-Control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  async #answer(request: IncomingMessage): Promise<Page> {
    if (!isRead(request)) return plain(405, 'use GET or HEAD')
    const [path = ''] = (request.url ?? '').split('?', 1)
    const { metrics } = this.#pages
    if (Object.hasOwn(metrics, path)) {
      return { status: 200, type: prometheusContentType, body: String(await metrics[path]?.()) }
    }
    if (path === '/healthz') return plain(200, 'ok')
    if (path === '/readyz') {
      const { ready, why } = this.#pages.readiness()
      return plain(ready ? 200 : 503, why)
    }
    return plain(404, `there are ${Object.keys(metrics).join(', ')}, /healthz and /readyz`)
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD'
}

function plain(status: number, text: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` }
}

function listenError(cause: NodeJS.ErrnoException, endpoint: TcpEndpoint): ListenError {
  const what = `metrics cannot be served on ${formatEndpoint(endpoint)}`
  const details = { op: 'listen', cause, option: 'endpoint' }
  const { code = '' } = cause
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError('HAWSER_ADDRESS_IN_USE', `${what}: another process listens there`, {
        ...details,
        remedy: (option) => `choose another port with ${option}`,
      })
    case 'EACCES':
      return new ListenError(
        'HAWSER_PERMISSION_DENIED',
        `${what}: the operating system does not permit it`,
        { ...details, remedy: (option) => `choose a port above 1023 with ${option}` },
      )
    default:
      return new ListenError('HAWSER_LISTEN_FAILED', `${what}: ${cause.message}`, {
        ...details,
        remedy: (option) => `choose another address with ${option}`,
      })
  }
}
