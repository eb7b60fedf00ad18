import { connect, type Socket } from 'node:net'
import { broadcastText } from './broadcast-text.js'

/** Connections that all listen to the same broadcasts; the first asks for each. */
export class Listeners {
  readonly #sockets: Socket[] = []
  readonly #expected = Buffer.from(`${broadcastText}\n`.repeat(64))
  readonly #size = broadcastText.length + 1
  readonly #request = Buffer.from('next\n')
  #received = 0
  #wanted = 0
  #finish: (() => void) | undefined
  #fail: ((error: Error) => void) | undefined

  /** Open `count` more connections. */
  async open(port: number, count: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(64 * 1024)
    for (let i = 0; i < count; i++) {
      let offset = 0
      const onread = {
        buffer,
        callback: (length: number) => {
          if (this.#expected.compare(buffer, 0, length, offset, offset + length) !== 0) {
            this.#fail?.(new Error('a broadcast arrived damaged'))
          }
          offset = (offset + length) % this.#size
          this.#received += length
          if (this.#received === this.#wanted) this.#finish?.()
          return true
        },
      }
      await new Promise<void>((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
        socket.on('connect', resolve)
        socket.on('error', reject)
        socket.on('close', () => this.#fail?.(new Error('the server closed a connection')))
        this.#sockets.push(socket)
      })
    }
  }

  /** Ask for `rounds` broadcasts, each when the one before has reached everybody. */
  async run(rounds: number): Promise<{ messages: number; elapsed: number }> {
    const began = performance.now()
    for (let i = 0; i < rounds; i++) {
      await new Promise<void>((resolve, reject) => {
        this.#finish = resolve
        this.#fail = reject
        this.#wanted = this.#received + this.#sockets.length * this.#size
        this.#sockets[0]?.write(this.#request)
      })
    }
    return { messages: rounds * this.#sockets.length, elapsed: performance.now() - began }
  }

  /** Reset every connection. */
  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.resetAndDestroy()
    }
    this.#sockets.length = 0
  }
}
