import { Buffer } from 'node:buffer'
import { clearTimeout, setTimeout } from 'node:timers'
import { connect, raw } from 'hawser'
import { WebSocket } from 'ws'

/** Bytes of the list of what can be debugged, of which there is one. */
const mostList = 64 * 1024

/** One conversation with the inspector of a process, in the Chrome DevTools protocol. */
export class Inspector {
  readonly #socket: WebSocket
  readonly #timeout: number
  #last = 0
  /** Resolves when the inspector has ended the conversation. */
  readonly ended: Promise<void>

  private constructor(socket: WebSocket, timeout: number) {
    this.#socket = socket
    this.#timeout = timeout
    this.ended = new Promise((resolve) => {
      socket.once('close', () => resolve())
    })
    socket.on('error', () => socket.terminate())
  }

  /** @throws when what listens there is no inspector, or does not respond in time */
  static async open(host: string, port: number, timeout: number): Promise<Inspector> {
    const path = await findPath(host, port, timeout)
    const socket = new WebSocket(`ws://${toHost(host)}:${port}${path}`, {
      handshakeTimeout: timeout,
      perMessageDeflate: false,
      maxPayload: 1024 * 1024,
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return new Inspector(socket, timeout)
  }

  /** The value of an expression, which may use `require`; that of a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const params = {
      expression,
      includeCommandLineAPI: true,
      returnByValue: true,
      awaitPromise: true,
    }
    const reply = await this.#call('Runtime.evaluate', params)
    const { result, exceptionDetails } = reply as {
      result?: { value?: unknown }
      exceptionDetails?: { text: string; exception?: { description?: string } }
    }
    if (exceptionDetails !== undefined) {
      const { text, exception } = exceptionDetails
      throw new Error(exception?.description?.split('\n')[0] ?? text)
    }
    return result?.value
  }

  /** Evaluates without waiting for what it returns. */
  send(expression: string): void {
    this.#last += 1
    const params = { expression, includeCommandLineAPI: true }
    this.#socket.send(JSON.stringify({ id: this.#last, method: 'Runtime.evaluate', params }))
  }

  /** Ends the conversation, and leaves the inspector open. */
  close(): void {
    this.#socket.terminate()
  }

  async #call(method: string, params: object): Promise<unknown> {
    const id = (this.#last += 1)
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void): void => {
        clearTimeout(timer)
        this.#socket.off('message', hear).off('close', end)
        settled()
      }
      const hear = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as {
          id?: number
          result?: unknown
          error?: { message: string }
        }
        if (message.id !== id) return
        if (message.error === undefined) settle(() => resolve(message.result))
        else settle(() => reject(new Error(`${method}: ${message.error?.message}`)))
      }
      const end = (): void =>
        settle(() => reject(new Error('the inspector ended the conversation')))
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`no reply within ${this.#timeout} ms`)))
      }, this.#timeout)
      this.#socket.on('message', hear).on('close', end)
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }
}

/** The path of the WebSocket, which only the inspector's list says. It is random, and no page of a browser can read it. */
async function findPath(host: string, port: number, timeout: number): Promise<string> {
  const signal = AbortSignal.timeout(timeout)
  const connection = await connect({ host, port }, { framing: raw(), signal })
  try {
    await connection.send(`GET /json/list HTTP/1.1\r\nHost: ${toHost(host)}:${port}\r\n\r\n`)
    let list = ''
    while (list.length < mostList) {
      const chunk = await connection.receive({ timeout, signal })
      list += Buffer.from(chunk).toString('latin1')
      const found = /"webSocketDebuggerUrl":\s*"ws:\/\/[^/"]+(\/[\w-]+)"/.exec(list)
      if (found?.[1] !== undefined) return found[1]
    }
    throw new Error(`what listens on port ${port} is no inspector`)
  } finally {
    connection.reset()
  }
}

function toHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
