import { WebSocket } from 'ws'
import { broadcastText } from './broadcast-text.js'

// Socket.IO's protocol, version 5, over Engine.IO's, version 4: https://socket.io/docs/v4/socket-io-protocol/
const greeted = '0'
const ping = '2'
const joined = '40'
const expected = `42["text",${JSON.stringify(broadcastText)}]`

/** Members of Socket.IO servers that all get the same messages; the first asks for each. */
export class SocketIoMembers {
  readonly #sockets: WebSocket[] = []
  #left = 0
  #finish: (() => void) | undefined
  #fail: ((error: Error) => void) | undefined

  /** Open `count` more. */
  async open(port: number, count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) await this.#openOne(port)
  }

  /** Ask for `rounds` messages, each when everybody has got the one before. */
  async run(rounds: number): Promise<{ messages: number; elapsed: number }> {
    const began = performance.now()
    for (let at = 0; at < rounds; at += 1) {
      await new Promise<void>((resolve, reject) => {
        this.#finish = resolve
        this.#fail = reject
        this.#left = this.#sockets.length
        this.#sockets[0]?.send('42["next"]')
      })
    }
    return { messages: rounds * this.#sockets.length, elapsed: performance.now() - began }
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners('close')
      socket.on('error', () => {})
      socket.terminate()
    }
    this.#sockets.length = 0
  }

  #openOne(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`
      const socket = new WebSocket(url, { perMessageDeflate: false })
      socket.on('error', reject)
      socket.on('close', () => this.#fail?.(new Error('the server closed a connection')))
      socket.on('message', (data: Buffer) => {
        const text = data.toString('latin1')
        if (text === expected) this.#arrived()
        else if (text.startsWith(joined)) resolve()
        else if (text.startsWith(greeted)) socket.send(joined)
        else if (text === ping) socket.send('3')
        else this.#fail?.(new Error(`an unknown message arrived: ${text}`))
      })
      this.#sockets.push(socket)
    })
  }

  #arrived(): void {
    this.#left -= 1
    if (this.#left === 0) this.#finish?.()
  }
}
