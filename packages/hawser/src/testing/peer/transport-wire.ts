import type { Transport } from '../../transport.js'
import type { Wire, WireEvents } from './wire.js'

interface Sending {
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** A wire that is a {@link Transport}, such as one end of a memory pair. */
export class TransportWire implements Wire {
  readonly #transport: Transport
  /** The first one is under way when `#isWriting`. */
  #sendings: Sending[] = []
  #isWriting = false
  #isEnding = false
  #isClosed = false

  constructor(transport: Transport) {
    this.#transport = transport
  }

  start(events: WireEvents): void {
    this.#transport.start({
      received: (bytes, borrowed) => events.received(borrowed ? bytes.slice() : bytes),
      peerEnded: () => events.peerEnded(),
      wrote: () => {
        this.#isWriting = false
        this.#sendings.shift()?.resolve()
        this.#work()
      },
      gone: (error) => {
        this.#isClosed = true
        for (const { reject } of this.#sendings) reject(error ?? goneError())
        this.#sendings = []
        events.gone(error)
      },
    })
  }

  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed || this.#isEnding) {
        reject(goneError())
        return
      }
      this.#sendings.push({ bytes, resolve, reject })
      this.#work()
    })
  }

  end(): void {
    this.#isEnding = true
    this.#work()
  }

  reset(): void {
    this.#transport.reset()
  }

  close(): void {
    this.#transport.close()
  }

  stopReading(): void {
    this.#transport.pause()
  }

  startReading(): void {
    this.#transport.resume()
  }

  #work(): void {
    while (!this.#isWriting) {
      const [next] = this.#sendings
      if (next === undefined) {
        if (this.#isEnding) this.#transport.end()
        return
      }
      if (this.#transport.write([next.bytes])) {
        this.#sendings.shift()
        next.resolve()
      } else {
        this.#isWriting = true
      }
    }
  }
}

function goneError(): Error {
  return new Error('this peer has ended or closed its stream, and sends no more')
}
