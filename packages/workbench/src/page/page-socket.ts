import { WebSocket, type RawData } from 'ws'
import { Inbox } from './inbox.js'
import type { Turns } from './turns.js'

/** Bytes on their way to a page from which on it is full: what can wait, waits. */
const fullAt = 1024 * 1024
/** Bytes on their way to a page that is given up: it asks, and does not read. */
const mostWaiting = 8 * 1024 * 1024
/** Looks in a row that a page may leave without a sign of life. */
const mostMissed = 4

/** What becomes of what a page says. */
export interface PageListener {
  message(text: string): void
  close(): void
}

/** A page that is connected. Nothing here waits for it, and it never takes more memory than `mostWaiting`. */
export class PageSocket {
  readonly #socket: WebSocket
  readonly #noticed: (why: string) => void
  readonly #waiting = new Set<() => void>()
  readonly #inbox: Inbox
  #waitingBytes = 0
  #missed = 0
  /** It was said that it asks too fast. */
  #isSlowed = false
  #listener: PageListener | undefined

  /**
   * @param noticed called with why the page was disconnected, and that it asks too fast
   * @param turns shared by all pages
   */
  constructor(socket: WebSocket, noticed: (why: string) => void, turns: Turns) {
    this.#socket = socket
    this.#noticed = noticed
    const owner = {
      pause: (waiting: number) => this.#pause(waiting),
      resume: () => socket.resume(),
      take: (data: Buffer) => this.#listener?.message(data.toString('utf8')),
    }
    this.#inbox = new Inbox(owner, turns)
    socket.binaryType = 'nodebuffer'
    // A frame that is too large or malformed: ws closes by itself.
    socket.on('error', () => undefined)
    socket.on('message', (data: RawData, isBinary: boolean) => this.#take(data as Buffer, isBinary))
    socket.on('pong', () => this.#heard())
    socket.on('close', () => {
      this.#release()
      this.#inbox.clear()
      this.#listener?.close()
    })
  }

  /** Whether what can wait should wait. */
  get isFull(): boolean {
    return this.#waitingBytes >= fullAt
  }

  listen(listener: PageListener): void {
    this.#listener = listener
  }

  send(data: string | Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length
    this.#waitingBytes += size
    if (this.#waitingBytes > mostWaiting) {
      this.#giveUp(`it asked, and left ${mostWaiting} bytes of replies unread`)
      return
    }
    this.#socket.send(data, { binary: typeof data !== 'string' }, (error) => {
      this.#waitingBytes -= size
      if (error !== undefined && error !== null) return
      this.#heard()
      if (!this.isFull) this.#release()
    })
  }

  /** Fulfils when it is not full, or gone. */
  room(): Promise<void> {
    if (!this.isFull || this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
    })
  }

  /**
   * See whether it lives, from time to time. Looks are counted and not the time: a machine that slept for hours finds
   * its pages where they were.
   */
  look(): void {
    this.#missed++
    if (this.#missed > mostMissed) this.#giveUp('it does not reply')
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
  }

  /** @param code as in RFC 6455, section 7.4 */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  #take(data: Buffer, isBinary: boolean): void {
    this.#heard()
    if (isBinary) this.#socket.close(1003, 'requests are text')
    else this.#inbox.add(data)
  }

  #pause(waiting: number): void {
    this.#socket.pause()
    if (this.#isSlowed) return
    this.#isSlowed = true
    this.#noticed(`a page asks faster than it is served: ${waiting} requests of it wait`)
  }

  #giveUp(why: string): void {
    const wasOpen = this.#socket.readyState === WebSocket.OPEN
    this.#socket.terminate()
    if (wasOpen) this.#noticed(`a page was disconnected: ${why}; it connects again by itself`)
  }

  #heard(): void {
    this.#missed = 0
  }

  #release(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
