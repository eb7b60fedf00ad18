import type {
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../../transport.js'
import type { MemoryTransport } from '../../testing/memory-transport.js'
import { disown } from './disown.js'
import type { InternetPlan } from './internet.js'
import type { Belonging, Process } from './process.js'

/**
 * A process's end of a connection. What arrives is handed to it while it runs; when it dies the operating
 * system ends the connection for it.
 */
export class SimulatedTransport implements Transport, Belonging {
  readonly #end: MemoryTransport
  readonly #process: Process
  readonly #plan: InternetPlan
  readonly #peerKeepAlive: number
  readonly #name: string
  #isStarted = false
  #isPaused = false
  #isGone = false

  /** @param peerKeepAlive after how many ms of silence the other end asks for this one */
  constructor(end: MemoryTransport, process: Process, plan: InternetPlan, peerKeepAlive: number) {
    this.#end = end
    this.#process = process
    this.#plan = plan
    this.#peerKeepAlive = peerKeepAlive
    const { local, remote } = end.addresses
    this.#name = `${process.name} ${local?.port ?? ''}>${remote?.port ?? remote?.address ?? ''}`
    process.hold(this)
  }

  get capabilities(): TransportCapabilities {
    return this.#end.capabilities
  }

  get addresses(): TransportAddresses {
    return this.#end.addresses
  }

  get unsent(): number {
    return this.#end.unsent
  }

  /** Whether its peer has reset it, which its owner may not have noticed. */
  get isGone(): boolean {
    return this.#isGone || this.#end.isGone
  }

  start(sink: TransportSink): void {
    const process = this.#process
    this.#isStarted = true
    this.#end.start({
      received: (bytes, borrowed, headroom) => {
        if (process.isDead) return
        this.#plan.trace.received(this.#name, bytes)
        if (!process.isFrozen) process.run(() => sink.received(bytes, borrowed, headroom))
        else this.#receiveLater(sink, new Uint8Array(bytes))
      },
      peerEnded: () => {
        this.#plan.trace.note(`${this.#name} received the end`)
        process.run(() => sink.peerEnded())
      },
      wrote: () => process.run(() => sink.wrote()),
      gone: (error) => {
        this.#leave(error)
        process.run(() => sink.gone(error))
      },
    })
  }

  pause(): void {
    this.#isPaused = true
    this.#end.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (!this.#process.isFrozen) this.#end.resume()
  }

  write(chunks: readonly TransportChunk[]): boolean {
    return this.#process.isDead ? false : this.#end.write(chunks)
  }

  end(): void {
    if (!this.#process.isDead) this.#end.end()
  }

  reset(): void {
    if (this.#process.isDead) return
    this.#end.reset()
    // What was never started does not hear that it is gone.
    if (!this.#isStarted) this.#leave(undefined)
  }

  close(): void {
    this.#end.close()
    this.#leave(undefined)
  }

  vanish(): void {
    this.#end.vanish()
    this.#note(undefined)
  }

  /** The machine knows nothing of it any more. */
  disown(): void {
    disown(this.#plan.clock, this.#end, this.#peerKeepAlive)
  }

  freeze(): void {
    this.#end.pause()
  }

  thaw(): void {
    if (!this.#isPaused) this.#end.resume()
  }

  ref(): void {
    this.#end.ref()
  }

  unref(): void {
    this.#end.unref()
  }

  /** What was lent does not outlast the call. */
  #receiveLater(sink: TransportSink, bytes: Uint8Array): void {
    this.#process.run(() => sink.received(bytes, false, 0))
  }

  #leave(error: Error | undefined): void {
    if (this.#isGone) return
    this.#note(error)
    this.disown()
  }

  #note(error: Error | undefined): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#plan.trace.note(`${this.#name} ${error === undefined ? 'closed' : error.message}`)
    this.#process.release(this)
  }
}
