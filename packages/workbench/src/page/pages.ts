import { WebSocketServer } from 'ws'
import { PageSocket } from './page-socket.js'
import type { Refusal } from './refusal.js'
import { Turns } from './turns.js'

/** Pages that may be open at once. */
const mostPages = 16
/** Bytes of a request: what the composer sends at most, as base64, and some words. */
const largestRequest = 17 * 1024 * 1024
/** Milliseconds between two looks whether a page lives. */
const interval = 30_000

type Upgrade = Parameters<WebSocketServer['handleUpgrade']>

/** The pages that are open. */
export class Pages {
  readonly #sockets: WebSocketServer
  readonly #open = new Set<PageSocket>()
  readonly #timer: NodeJS.Timeout

  /**
   * @param opened called with each page that opens
   * @param noticed called with what a person should see: why a page was disconnected, that it asks too fast
   */
  constructor(opened: (page: PageSocket) => void, noticed: (why: string) => void) {
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: largestRequest,
      perMessageDeflate: false,
    })
    const turns = new Turns()
    this.#sockets.on('connection', (socket) => {
      const page = new PageSocket(socket, noticed, turns)
      this.#open.add(page)
      socket.once('close', () => this.#open.delete(page))
      opened(page)
    })
    this.#timer = setInterval(() => this.look(), interval).unref()
  }

  get size(): number {
    return this.#open.size
  }

  /** Why there may be no more pages, if that is so. */
  get refusal(): Refusal | undefined {
    if (this.#open.size < mostPages) return undefined
    return { status: 503, text: `${mostPages} pages are open, as many as may be: close one` }
  }

  /** Take a request for a WebSocket that was checked. */
  take(request: Upgrade[0], socket: Upgrade[1], head: Upgrade[2]): void {
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      this.#sockets.emit('connection', opened, request)
    })
  }

  /** See whether they live. */
  look(): void {
    for (const page of this.#open) page.look()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const page of this.#open) {
      page.close(1001, 'the workbench has ended')
      page.terminate()
    }
    this.#sockets.close()
  }
}
