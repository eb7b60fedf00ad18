import type { Decoder, Emit, Framing } from 'hawser'
import type { Outgoing } from './adapter.js'
import { announcedLength, HttpRequest } from './http-request.js'

/** What arrives at a port that answers browsers as well. */
export type Incoming = Uint8Array | HttpRequest

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'].map(
  (method) => Buffer.from(`${method} `),
)
const longestRequestLine = 8 * 1024
const largestHead = 16 * 1024
const largestBody = 64 * 1024
const lineFeed = 10

/**
 * `inner`, except for connections whose first line is an HTTP/1 request line (RFC 9112, section 3):
 * those deliver one {@link HttpRequest}. What is not HTTP is decoded by `inner` from its first byte.
 */
export function withHttp(inner: Framing<Uint8Array, Outgoing>): Framing<Incoming, Outgoing> {
  return {
    name: inner.name,
    // All of a request is one message, so only `inner` has bytes beside those.
    maxFrame: Math.max(inner.maxFrame, largestHead + largestBody),
    overhead: inner.overhead,
    perConnection: inner.perConnection ?? false,
    createDecoder: (operations) => new HttpSniffer(inner.createDecoder(operations)),
    createEncoder: (operations) => inner.createEncoder(operations),
  }
}

class HttpSniffer implements Decoder<Incoming> {
  readonly #inner: Decoder<Uint8Array>
  #speaks: 'unknown' | 'http' | 'other' = 'unknown'
  #answered = false
  /** How far the search for the end of the head has come. */
  #searched = 0

  constructor(inner: Decoder<Uint8Array>) {
    this.#inner = inner
  }

  get skipped(): number {
    return this.#inner.skipped ?? 0
  }

  decode(bytes: Uint8Array, emit: Emit<Incoming>, owned: boolean): number {
    if (this.#speaks === 'unknown') this.#speaks = this.#judge(bytes)
    switch (this.#speaks) {
      case 'unknown':
        return 0
      case 'other':
        return this.#inner.decode(bytes, emit, owned)
      case 'http':
        return this.#decodeRequest(bytes, emit)
    }
  }

  end(rest: Uint8Array, emit: Emit<Incoming>): void {
    if (this.#speaks === 'http') {
      // The peer has given up on its request: what came of it is still shown.
      if (!this.#answered && rest.length > 0) emit(Uint8Array.from(rest), rest.length)
      return
    }
    let at = 0
    if (this.#speaks === 'unknown' && rest.length > 0) {
      this.#speaks = 'other'
      at = this.#inner.decode(rest, emit, false)
    }
    this.#inner.end?.(rest.subarray(at), (message, end) => emit(message, at + end))
  }

  #judge(bytes: Uint8Array): 'unknown' | 'http' | 'other' {
    const buffer = asBuffer(bytes)
    const possible = methods.some((method) => {
      const length = Math.min(method.length, buffer.length)
      return buffer.compare(method, 0, length, 0, length) === 0
    })
    if (!possible) return 'other'
    const end = buffer.indexOf(lineFeed)
    // The same however it is cut: a line that is too long may be here whole.
    if ((end === -1 ? buffer.length : end) > longestRequestLine) return 'other'
    if (end === -1) return 'unknown'
    const line = buffer.toString('latin1', 0, end)
    return /^[A-Z]+ \S+ HTTP\/1\.[01]\r?$/.test(line) ? 'http' : 'other'
  }

  #decodeRequest(bytes: Uint8Array, emit: Emit<Incoming>): number {
    // One request is answered, then the connection ends: what comes behind it is dropped.
    if (this.#answered) return bytes.length
    const bodyStart = this.#findBody(asBuffer(bytes))
    const oversized = (bodyStart === -1 ? bytes.length : bodyStart) > largestHead
    if (bodyStart === -1 && !oversized) return 0
    // What is taken of one that is too large is the same however it arrives: its head is cut at the limit, its body left out.
    const end = oversized ? largestHead : this.#endOfBody(bytes, bodyStart)
    if (end > bytes.length) return 0
    const whole = Uint8Array.from(bytes.subarray(0, end))
    this.#answered = true
    const request = new HttpRequest(whole, oversized ? whole.length : bodyStart, oversized)
    return emit(request, whole.length) ? bytes.length : whole.length
  }

  #endOfBody(bytes: Uint8Array, bodyStart: number): number {
    const length = announcedLength(asBuffer(bytes).toString('latin1', 0, bodyStart))
    return length > largestBody ? bodyStart : bodyStart + length
  }

  /** Where the body begins: behind the first empty line. -1 when the head is not complete. */
  #findBody(bytes: Buffer): number {
    for (let at = bytes.indexOf(lineFeed, this.#searched); at !== -1;) {
      const next = bytes[at + 1] === 13 ? at + 2 : at + 1
      if (bytes[next] === lineFeed) return next + 1
      if (next >= bytes.length) break
      this.#searched = at + 1
      at = bytes.indexOf(lineFeed, at + 1)
    }
    return -1
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
