/** What a scripted peer has received and its script has not yet taken. */
export class PeerInbox {
  #chunks: Uint8Array[] = []
  #size = 0
  #wake: (() => void) | undefined
  /** The other side has ended its direction. */
  ended = false
  /** The stream is gone. */
  closed = false
  /** The error it went with. */
  error: Error | undefined

  get size(): number {
    return this.#size
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes)
    this.#size += bytes.length
    this.notify()
  }

  /** Take what there is, at most `limit` bytes. */
  take(limit: number): Uint8Array {
    const parts = this.#collect(limit)
    const last = parts.at(-1)
    const cut = this.#chunks[parts.length - 1]
    this.#chunks.splice(0, parts.length)
    if (last !== undefined && cut !== undefined && last.length < cut.length) {
      this.#chunks.unshift(cut.subarray(last.length))
    }
    const bytes = Buffer.concat(parts)
    this.#size -= bytes.length
    return bytes
  }

  /** The first bytes there are, without taking them. */
  peek(limit: number): Uint8Array {
    return Buffer.concat(this.#collect(limit))
  }

  #collect(limit: number): Uint8Array[] {
    const parts: Uint8Array[] = []
    let missing = limit
    for (const chunk of this.#chunks) {
      if (missing <= 0) break
      parts.push(chunk.subarray(0, missing))
      missing -= chunk.length
    }
    return parts
  }

  /** Something has changed: let who waits look again. */
  notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Who waits for a change has given up. */
  forget(): void {
    this.#wake = undefined
  }

  /** Fulfils at the next change. One waits at a time. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
