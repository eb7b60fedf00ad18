/** So many bytes stay behind the place that was reached: a row of a dump, and what a regex looks back at. */
const context = 256

const empty = Buffer.alloc(0)

/** The part of a stream of bytes between what was dealt with and what is known of it. */
export class Window {
  #store: Buffer = empty
  #start = 0
  #cursor = 0
  #end = 0
  /** The number in the stream of the first byte in the store. */
  #base = 0

  /** The number in the stream of the next byte. */
  get offset(): number {
    return this.#base + this.#cursor
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#end - this.#cursor
  }

  /** The bytes; they are valid until the next `append`. */
  get rest(): Buffer {
    return this.#store.subarray(this.#cursor, this.#end)
  }

  /** A few bytes that were dealt with. */
  get before(): Buffer {
    return this.#store.subarray(Math.max(this.#start, this.#cursor - context), this.#cursor)
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#store.length) this.#makeRoom(bytes.length)
    this.#store.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** So many bytes are dealt with. */
  take(bytes: number): void {
    this.#cursor += bytes
  }

  #makeRoom(more: number): void {
    const start = Math.max(this.#start, this.#cursor - context)
    const kept = this.#store.subarray(start, this.#end)
    const store = Buffer.allocUnsafe(Math.max(1024, 2 * (kept.length + more)))
    kept.copy(store)
    this.#base += start
    this.#start = 0
    this.#cursor -= start
    this.#end = kept.length
    this.#store = store
  }
}
