import type { Push, Reply, ReplyValue } from '../../src/protocol/replies.js'
import type { Request, RequestOf } from '../../src/protocol/requests.js'
import type { SocketRefusal } from './enter.js'
import { decodeRows, type Row } from './decode-rows.js'

/** A request that was refused, or that no reply came to. */
export class BackendError extends Error {
  override readonly name = 'BackendError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** What a request says beside its number and what it is. */
export type Asked<Do extends Request['do']> = Omit<RequestOf<Do>, 'id' | 'do'>

type RowRequest = 'rows' | 'bytes'

/** How the connection to the workbench is. `locked` has to be let in by a link. */
export type BackendState = 'connecting' | 'open' | 'lost' | 'locked'

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: BackendError) => void
}

/** Milliseconds until it connects again, and at most. */
const firstWait = 250
const longestWait = 5_000

/** The socket to the workbench. It connects again by itself; what is asked while it waits to do so is refused. */
export class Backend {
  readonly #url: string
  readonly #key: () => string
  readonly #findRefusal: () => Promise<SocketRefusal | undefined>
  readonly #waiting = new Map<number, Waiting>()
  #socket: WebSocket | undefined
  #lastId = 0
  #wait = firstWait
  /** Called with what the workbench says by itself. */
  onPush: (push: Push) => void = () => undefined
  /** Called when it is open, or lost. */
  onState: (state: BackendState) => void = () => undefined
  /** Called with why there may be no more pages now; it connects again all the same. */
  onRefusal: (why: string) => void = () => undefined
  /** Called when it needs a link, with what to do; it does not connect again then. */
  onLock: (why: string) => void = () => undefined

  /**
   * @param key what goes with the cookie, as it is when it connects
   * @param findRefusal why the socket was refused, if it was
   */
  constructor(
    url: string,
    key: () => string,
    findRefusal: () => Promise<SocketRefusal | undefined>,
  ) {
    this.#url = url
    this.#key = key
    this.#findRefusal = findRefusal
  }

  connect(): void {
    const socket = new WebSocket(this.#url, [this.#key()].filter(Boolean))
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    this.onState('connecting')
    socket.addEventListener('open', () => {
      this.#wait = firstWait
      this.onState('open')
    })
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#take(data)
    })
    socket.addEventListener('close', () => this.#lost())
  }

  /** @returns rejects with a BackendError */
  ask<Do extends Exclude<Request['do'], RowRequest>>(
    what: Do,
    more: Asked<Do>,
  ): Promise<ReplyValue<Do>> {
    return this.#ask({ do: what, ...more })
  }

  /** @returns rejects with a BackendError */
  askRows<Do extends RowRequest>(what: Do, more: Asked<Do>): Promise<Row[]> {
    return this.#ask({ do: what, ...more })
  }

  #ask<Value>(request: object): Promise<Value> {
    const socket = this.#socket
    const id = (this.#lastId += 1)
    const send = (): void => socket?.send(JSON.stringify({ id, ...request }))
    if (socket?.readyState === WebSocket.OPEN) send()
    // One may be faster than the link is, when the page has just been loaded.
    else if (socket?.readyState === WebSocket.CONNECTING) socket.addEventListener('open', send)
    else return Promise.reject(notConnected())
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
    })
  }

  #take(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      const { id, rows } = decodeRows(data)
      this.#settle(id)?.resolve(rows as never)
      return
    }
    const said = JSON.parse(data) as Reply | Push
    if ('push' in said) this.onPush(said)
    else if ('error' in said) {
      this.#settle(said.id)?.reject(new BackendError(said.error.code, said.error.message))
    } else this.#settle(said.id)?.resolve(said.value as never)
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  #lost(): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of all) reject(notConnected())
    this.onState('lost')
    setTimeout(() => void this.#again(), this.#wait)
    this.#wait = Math.min(this.#wait * 2, longestWait)
  }

  async #again(): Promise<void> {
    // A socket that is refused does not say why.
    const refusal = await this.#findRefusal()
    if (refusal?.isLocked === true) {
      this.onLock(refusal.why)
      return
    }
    if (refusal !== undefined) this.onRefusal(refusal.why)
    this.connect()
  }
}

function notConnected(): BackendError {
  return new BackendError('WORKBENCH_LOST', 'the workbench does not reply: is it still running?')
}
