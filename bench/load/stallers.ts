import { connect, type Socket } from 'node:net'
import { makeTraffic } from './traffic.js'

/** Peers that send and never read. */
export class Stallers {
  readonly #sockets: Socket[] = []

  /** Open `count` connections, none of which will ever read. */
  async open(port: number, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1' })
        // Paused before it is connected, it never begins to read.
        socket.pause()
        socket.on('connect', resolve)
        socket.on('error', reject)
        this.#sockets.push(socket)
      })
    }
  }

  /** Send up to `bytes` on each in lines of 1 KiB, as fast as the server takes them. */
  send(bytes: number): void {
    const { sent, size } = makeTraffic('kilobyte', 'same')
    const lines = sent.subarray(0, size)
    for (const socket of this.#sockets) {
      let left = Math.floor(bytes / size)
      const more = (): void => {
        while (left > 0) {
          left -= 1
          if (!socket.write(lines)) return
        }
      }
      socket.on('drain', more)
      more()
    }
  }

  /** How many bytes the kernel has taken from all of them. */
  sent(): number {
    let total = 0
    for (const socket of this.#sockets) total += socket.bytesWritten - socket.writableLength
    return total
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
