import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { checkDeadline, defaultDeadline, withDeadline } from '../test-deadline.js'
import type { ScriptedListenOptions } from './peer-options.js'
import { SocketWire } from './socket-wire.js'

/** Where clients arrive that are played by a `Peer`. */
export interface PeerListener<Peer> extends AsyncDisposable {
  /** Where it listens, as an endpoint to connect to: `tcp://127.0.0.1:40123` or `unix:/path`. */
  readonly address: string
  /** The port; 0 on a Unix socket. */
  readonly port: number
  /**
   * The next client, in the order they connected; waits for one when there is none.
   *
   * @throws Error when none has come by the deadline
   */
  accept(): Promise<Peer>
  /** Stop listening, let go of every client, and wait until all of it is gone. */
  close(): Promise<void>
}

/** @throws the operating system's error when it cannot be listened there */
export async function openListener<Peer>(
  options: ScriptedListenOptions,
  play: (wire: SocketWire) => Peer,
): Promise<PeerListener<Peer>> {
  const deadline = checkDeadline(options.deadline ?? defaultDeadline)
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true })
  const { host = '127.0.0.1', port = 0, path } = options
  server.listen(path === undefined ? { host, port } : { path })
  await once(server, 'listening')
  return new SocketListener(server, deadline, play)
}

class SocketListener<Peer> implements PeerListener<Peer> {
  readonly address: string
  readonly port: number
  readonly #server: Server
  readonly #deadline: number
  readonly #play: (wire: SocketWire) => Peer
  readonly #sockets = new Set<Socket>()
  readonly #waiting: SocketWire[] = []
  #accepting: ((wire: SocketWire) => void)[] = []

  constructor(server: Server, deadline: number, play: (wire: SocketWire) => Peer) {
    this.#server = server
    this.#deadline = deadline
    this.#play = play
    const address = server.address()
    const isPath = typeof address === 'string' || address === null
    this.port = isPath ? 0 : address.port
    this.address = isPath
      ? `unix:${address ?? ''}`
      : `tcp://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
    server.on('connection', (socket: Socket) => this.#admit(socket))
  }

  async accept(): Promise<Peer> {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) return this.#play(waiting)
    let take: ((wire: SocketWire) => void) | undefined
    const next = new Promise<SocketWire>((resolve) => {
      take = resolve
      this.#accepting.push(resolve)
    })
    try {
      const wire = await withDeadline(
        next,
        this.#deadline,
        () => `no client came to ${this.address}`,
      )
      return this.#play(wire)
    } finally {
      this.#accepting = this.#accepting.filter((each) => each !== take)
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    const wire = new SocketWire(socket)
    const take = this.#accepting.shift()
    if (take === undefined) this.#waiting.push(wire)
    else take(wire)
  }
}
