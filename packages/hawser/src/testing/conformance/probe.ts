import assert from 'node:assert/strict'
import type { Transport, TransportChunk } from '../../transport.js'
import { makePayload } from './payload.js'
import { Recorder } from './sink-recorder.js'

const mebibyte = 1024 * 1024

/** More than the kernel's buffers of both ends hold together. */
const beyondBuffers = 48 * mebibyte

/**
 * One end of a transport under test together with the sink it pushes into. Every call goes through
 * here, so that a push from inside a call is found out.
 */
export class Probe {
  readonly transport: Transport
  readonly sink: Recorder

  constructor(transport: Transport) {
    this.transport = transport
    this.sink = new Recorder(transport.capabilities.borrowedReads)
  }

  start(): void {
    this.#call(() => this.transport.start(this.sink))
  }

  pause(): void {
    this.#call(() => this.transport.pause())
  }

  resume(): void {
    this.#call(() => this.transport.resume())
  }

  end(): void {
    this.#call(() => this.transport.end())
  }

  reset(): void {
    this.#call(() => this.transport.reset())
  }

  close(): void {
    this.#call(() => this.transport.close())
  }

  write(...chunks: TransportChunk[]): boolean {
    const taken = this.#call(() => this.transport.write(chunks))
    if (!taken) this.sink.refusals += 1
    return taken
  }

  /** Write, and wait until the transport has taken all of it. */
  async writeWhole(...chunks: TransportChunk[]): Promise<void> {
    const { sink } = this
    const due = sink.wroteCalls + 1
    if (!this.write(...chunks)) await sink.until(() => sink.wroteCalls >= due || sink.goneCalls > 0)
  }

  /**
   * Write until a write has to wait, which it must some time when the peer reads nothing.
   *
   * @returns all that was written
   */
  writeUntilRefused(): Uint8Array {
    const pieces: Uint8Array[] = []
    for (let size = 0; size < beyondBuffers; size += mebibyte) {
      const piece = makePayload(mebibyte, size)
      pieces.push(piece)
      if (!this.write(piece)) return Buffer.concat(pieces)
    }
    return assert.fail(`${beyondBuffers} bytes were taken at once, so nothing limits a write`)
  }

  /**
   * One write that cannot be taken whole while the peer reads nothing. A smaller one that was refused may
   * still be taken a moment later, when a busy system has counted what left before it.
   */
  writeBeyondBuffers(): void {
    assert.ok(!this.write(new Uint8Array(beyondBuffers)), 'nothing limits a write')
  }

  /** Fulfils when so many bytes have arrived. */
  untilSize(size: number): Promise<void> {
    return this.sink.until(() => this.sink.size >= size)
  }

  /** Fulfils when the peer's end has arrived. */
  untilPeerEnded(): Promise<void> {
    return this.sink.until(() => this.sink.peerEndedCalls > 0)
  }

  /** Fulfils when the transport is gone. */
  untilGone(): Promise<void> {
    return this.sink.until(() => this.sink.goneCalls > 0)
  }

  /** Checks what must hold at the end of any case. */
  verify(): void {
    assert.deepEqual(this.sink.faults, [], 'the sink was called against its contract')
    this.sink.verifyKept()
  }

  /** What has happened so far, for the message of a case that came to its deadline. */
  describe(): string {
    const { sink } = this
    return (
      `${sink.size} bytes in ${sink.receivedCalls} pushes, ${sink.peerEndedCalls} ends, ${sink.goneCalls} gone, ` +
      `${sink.wroteCalls} of ${sink.refusals} wrote, ${this.transport.unsent} unsent`
    )
  }

  #call<T>(run: () => T): T {
    this.sink.ownerCalls += 1
    try {
      return run()
    } finally {
      this.sink.ownerCalls -= 1
    }
  }
}
