import { connect, type Socket } from 'node:net'

/** How many publish, how many hear each of them, and how many messages are under way from each. */
export interface MqttOptions {
  readonly port: number
  readonly publishers: number
  readonly subscribers: number
  readonly window: number
}

/** Devices that publish to topics of their own, and clients that subscribed to them with a wildcard. */
export class MqttClients {
  readonly #options: MqttOptions
  readonly #devices: Device[] = []

  constructor(options: MqttOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    const { publishers } = this.#options
    for (let index = 0; index < publishers; index++) {
      const device = new Device(this.#options, index)
      this.#devices.push(device)
      await device.open()
    }
  }

  /** Every device publishes `windows` times as many messages as may be under way. */
  async run(windows: number): Promise<{ messages: number; elapsed: number }> {
    const began = performance.now()
    await Promise.all(this.#devices.map((device) => device.run(windows)))
    const { publishers, subscribers, window } = this.#options
    return {
      messages: windows * window * publishers * subscribers,
      elapsed: performance.now() - began,
    }
  }

  close(): void {
    for (const device of this.#devices) device.close()
  }
}

/** One that publishes, and those that hear it: it goes on when all have everything. */
class Device {
  readonly #options: MqttOptions
  readonly #topic: string
  readonly #burst: Buffer
  readonly #sockets: Socket[] = []
  #missing = 0
  #finish: (() => void) | undefined
  #fail: ((error: Error) => void) | undefined

  constructor(options: MqttOptions, index: number) {
    this.#options = options
    this.#topic = `ship/${index}/speed`
    const message = Buffer.from(`${'0123456789'.repeat(6)}knot`)
    const packet = frame(0x30, text(this.#topic), message)
    this.#burst = Buffer.concat(Array.from({ length: options.window }, () => packet))
  }

  async open(): Promise<void> {
    await this.#connect('publisher')
    const filter = this.#topic.replace('speed', '+')
    for (let index = 0; index < this.#options.subscribers; index++) {
      const socket = await this.#connect(`subscriber ${index}`)
      socket.write(frame(0x82, Buffer.of(0, 1), text(filter), Buffer.of(0)))
      await read(socket, 5)
      let offset = 0
      socket.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length;) {
          const count = Math.min(chunk.length - at, this.#burst.length - offset)
          if (this.#burst.compare(chunk, at, at + count, offset, offset + count) !== 0)
            this.#fail?.(new Error('a message arrived damaged'))
          offset = (offset + count) % this.#burst.length
          at += count
        }
        this.#missing -= chunk.length
        if (this.#missing === 0) this.#finish?.()
      })
    }
  }

  async run(windows: number): Promise<void> {
    for (let round = 0; round < windows; round++) {
      await new Promise<void>((resolve, reject) => {
        this.#finish = resolve
        this.#fail = reject
        this.#missing = this.#options.subscribers * this.#burst.length
        this.#sockets[0]?.write(this.#burst)
      })
    }
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.resetAndDestroy()
    }
  }

  async #connect(role: string): Promise<Socket> {
    const socket = connect({ port: this.#options.port, host: '127.0.0.1', noDelay: true })
    socket.on('error', (error) => this.#fail?.(error))
    socket.on('close', () => this.#fail?.(new Error('the broker closed a connection')))
    this.#sockets.push(socket)
    const options = Buffer.of(4, 2, 0, 0)
    socket.write(frame(0x10, text('MQTT'), options, text(`${this.#topic} ${role}`)))
    await read(socket, 4)
    return socket
  }
}

async function read(socket: Socket, size: number): Promise<void> {
  for (let left = size; left > 0;) {
    const chunk = await new Promise<Buffer>((resolve) => {
      socket.once('data', resolve)
    })
    left -= chunk.length
  }
}

function text(word: string): Buffer {
  return Buffer.concat([Buffer.of(0, word.length), Buffer.from(word)])
}

/** The packets of this load are shorter than 128 bytes. */
function frame(head: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(head, body.length), body])
}
