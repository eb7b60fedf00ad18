import type { TlsTerms } from '../../tls.js'

/** What one side says in a stand-in's handshake. */
export interface Said {
  readonly what: 'client hello' | 'server flight' | 'client finished' | 'alert'
  /** Of a hello: the name that is asked for. */
  readonly servername?: string | undefined
  /** Of a hello: what is offered. Of a flight: what was chosen. */
  readonly alpn?: readonly string[] | undefined
  /** Of an alert. */
  readonly alert?: string | undefined
}

/** About as long as those of TLS 1.3 with a certificate of RSA 2048, and one above it. */
const sizes = {
  'client hello': 320,
  'server flight': 2_400,
  'client finished': 80,
  alert: 64,
} as const

/** A record's type, version and length (RFC 8446 section 5.1). */
const headerSize = 5
const handshakeType = 22
const alertType = 21
/** The most that a record may have (RFC 8446 section 5.2). */
const largest = 16_640

/** A record of a handshake: its header as TLS has it, and readable text in the place of the rest. */
export function writeRecord(said: Said): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(said).padEnd(sizes[said.what]))
  const record = new Uint8Array(headerSize + body.length)
  record.set([said.what === 'alert' ? alertType : handshakeType, 3, 3])
  new DataView(record.buffer).setUint16(3, body.length)
  record.set(body, headerSize)
  return record
}

/** Cuts what arrives during a handshake into records. */
export class RecordReader {
  #held = new Uint8Array()

  /** What has arrived and belongs to no record that was read. */
  get rest(): Uint8Array {
    return this.#held
  }

  /** @param bytes copied */
  push(bytes: Uint8Array): void {
    const held = new Uint8Array(this.#held.length + bytes.length)
    held.set(this.#held)
    held.set(bytes, this.#held.length)
    this.#held = held
  }

  /**
   * The next record; undefined as long as it is not whole.
   *
   * @throws Error with OpenSSL's code when it is no record of a handshake
   */
  read(): Said | undefined {
    const held = this.#held
    const [type, major] = held
    const isRecord = type === handshakeType || type === alertType
    if (type !== undefined && !(isRecord && (major ?? 3) === 3)) throw wrongVersion()
    if (held.length < headerSize) return undefined
    const size = new DataView(held.buffer, held.byteOffset).getUint16(3)
    if (size > largest) throw wrongVersion()
    if (held.length < headerSize + size) return undefined
    this.#held = held.slice(headerSize + size)
    try {
      const text = new TextDecoder().decode(held.subarray(headerSize, headerSize + size))
      return JSON.parse(text) as Said
    } catch {
      throw wrongVersion()
    }
  }
}

/**
 * The protocol that both sides speak; undefined where one of them names none.
 *
 * @throws Error with OpenSSL's code when they have none in common
 */
export function agreeOn(
  offered: readonly string[] | undefined,
  terms: TlsTerms,
): string | undefined {
  if (offered === undefined || terms.alpn === undefined) return undefined
  const chosen = terms.alpn.find((each) => offered.includes(each))
  if (chosen !== undefined) return chosen
  throw tlsError('ERR_SSL_NO_APPLICATION_PROTOCOL', 'no application protocol')
}

/** As OpenSSL reports it. */
export function tlsError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function wrongVersion(): Error {
  return tlsError('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number')
}
