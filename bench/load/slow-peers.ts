import { connect, type Socket } from 'node:net'
import { makeTraffic, type Traffic } from './traffic.js'

/** What bad clients there are, and where. */
export interface SlowPeersOptions {
  port: number
  /** Connections that send a byte of a line a second, and never its end. */
  slowlorises: number
  /** Connections that send lines and take a byte a second of the answers. */
  sippers: number
  /** Connections that begin a TLS handshake and leave it at that, and where. */
  handshakes: number
  tlsPort?: number
}

const tick = 20
const second = 1_000
/** Bytes that a sipper sends at most: a server that takes all without being read must survive it. */
const mostPoured = 8 * 1024 * 1024

/** The first bytes of a ClientHello: a handshake record (RFC 8446, section 5.1) of 512 bytes. */
const hello = Buffer.from([22, 3, 1, 2, 0, 1])

/** Peers that hold on to what they have for as long as they are let. */
export class SlowPeers {
  readonly #slowlorises: Socket[] = []
  readonly #sippers: Socket[] = []
  readonly #handshakes: Socket[] = []
  readonly #timers: NodeJS.Timeout[] = []
  #next = 0
  #lost = 0

  /** Open all of them, and begin. */
  async open(options: SlowPeersOptions): Promise<void> {
    const { port, slowlorises, sippers, handshakes, tlsPort = port } = options
    for (let i = 0; i < slowlorises; i++) this.#slowlorises.push(await this.#connect(port))
    for (let i = 0; i < sippers; i++) this.#sippers.push(await this.#connect(port, true))
    for (let i = 0; i < handshakes; i++) {
      const socket = await this.#connect(tlsPort)
      this.#handshakes.push(socket)
      if (i % 2 === 0) socket.write(hello)
    }
    const traffic = makeTraffic('kilobyte', 'same')
    for (const socket of this.#sippers) pour(socket, traffic)
    // Evenly over the second: all at once would be a burst that no slowloris makes.
    const each = Math.max(1, Math.round((slowlorises * tick) / second))
    this.#timers.push(
      setInterval(
        () => {
          for (let i = 0; i < each; i++) this.#drip()
        },
        (second * each) / Math.max(1, slowlorises),
      ),
      setInterval(() => {
        for (const socket of this.#sippers) socket.resume()
      }, second),
    )
  }

  /** Settles when the sippers' answers fill every buffer on the way: none takes more of them. */
  async stuck(): Promise<void> {
    for (let before = -1; before !== this.#poured;) {
      before = this.#poured
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }

  /** How many the server has cut off. */
  get lost(): number {
    return this.#lost
  }

  /** Reset every connection. */
  close(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer)
    const all = [this.#slowlorises, this.#sippers, this.#handshakes]
    for (const socket of all.flatMap((sockets) => sockets.splice(0))) {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.resetAndDestroy()
    }
  }

  /** Bytes of requests that the operating system took from the sippers. */
  get #poured(): number {
    return this.#sippers.reduce(
      (sum, { bytesWritten, writableLength }) => sum + bytesWritten - writableLength,
      0,
    )
  }

  #drip(): void {
    this.#next = (this.#next + 1) % this.#slowlorises.length
    const socket = this.#slowlorises[this.#next]
    if (socket?.writable === true) socket.write('x')
  }

  #connect(port: number, sips = false): Promise<Socket> {
    // A buffer of one byte, and no more until the next second.
    const onread = { buffer: Buffer.alloc(1), callback: () => false }
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ...(sips ? { onread } : {}) })
      socket.once('connect', () => {
        socket.off('error', reject)
        // Being cut off is what they are for.
        socket.on('error', () => {})
        socket.on('close', () => {
          this.#lost += 1
        })
        resolve(socket)
      })
      socket.once('error', reject)
    })
  }
}

/** Send the traffic over and over, as fast as it is taken. */
function pour(socket: Socket, { sent, size }: Traffic): void {
  const lines = sent.subarray(0, size)
  let left = Math.floor(mostPoured / size)
  const more = (): void => {
    while (left > 0 && socket.writable) {
      left -= 1
      if (!socket.write(lines)) return
    }
  }
  socket.on('drain', more)
  more()
}
